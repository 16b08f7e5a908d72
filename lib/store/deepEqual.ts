/** Values with more parts than this are looked at for parts that contain themselves. */
const MANY = 10_000;

/**
 * Whether two values hold the same: plain objects and arrays by their contents, byte arrays by their bytes, all else as
 * `Object.is` has it. For values that a codec decodes at each emission, and so are never the same object.
 *
 * @example
 * live(zk.watch('/config', { codec: json() }), undefined, { equal: deepEqual })
 */
export function deepEqual(a: unknown, b: unknown): boolean {
  const pairs: [unknown, unknown][] = [[a, b]]; // a list and no recursion: others decide how deep a value is
  const compared = new Map<unknown, Set<unknown>>();
  let count = 0;
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [one, other] = pair;
    if (++count > MANY) {
      const others = compared.get(one) ?? new Set();
      if (others.has(other)) continue; // a value that contains itself comes round again
      compared.set(one, others.add(other));
    }
    if (!alikeButFor(one, other, pairs)) return false;
  }
  return true;
}

/** Whether two values are equal if their contents are. The pairs of contents to compare are added to `pairs`. */
function alikeButFor(a: unknown, b: unknown, pairs: [unknown, unknown][]): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const prototype: unknown = Object.getPrototypeOf(a);
  if (prototype !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Uint8Array && b instanceof Uint8Array)
    return a.length === b.length && a.every((byte, i) => byte === b[i]);
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(b, key)) return false;
    const [one, other] = [(a as Readonly<Record<string, unknown>>)[key], (b as Readonly<Record<string, unknown>>)[key]];
    if (typeof one !== 'object' || one === null) {
      if (!Object.is(one, other)) return false;
    } else pairs.push([one, other]);
  }
  return true;
}
