/**
 * Whether two values hold the same: plain objects and arrays by their contents, byte arrays by their bytes, all else as
 * `Object.is` has it. For values that are decoded anew at each emission, and so are never the same object.
 *
 * @example
 * live(zk.watch('/config', { codec: json() }), undefined, { equal: alike })
 */
export function alike(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const prototype: unknown = Object.getPrototypeOf(a);
  if (prototype !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return a.length === b.length && a.every((byte, i) => byte === b[i]);
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) return false;
  const keys = Object.keys(a);
  const other = b as Readonly<Record<string, unknown>>;
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && alike((a as typeof other)[key], other[key]));
}
