import { BridgeError } from './bridgeError.js';

/** Values with more parts inside one another than this are refused. */
export const DEEPEST = 200;

/** The longest piece of bytes that becomes text at once: each byte is an argument of a call. */
const PIECE = 8192;

const tagged = (tag: string, content?: unknown) => ({ $: [tag, content] });

/** The error of a value that has too much. */
export const tooLarge = (much: string) => new BridgeError('OVER_LIMIT', `the value has ${much}`);
const nothing = () => ({ code: 'FAILED' });

/**
 * Writes a value as text. Beside the values of JSON, `bigint`, `Uint8Array`, `Date`, `Map`, `Set`, `undefined`, `NaN`,
 * the infinities, `-0` and errors keep their kind; functions and symbols become `undefined`, and objects of other
 * classes become plain ones. An object with a key `$` is written with a tag, so no value is taken for a tag.
 *
 * @param limit the most parts and characters that it reads; it stops there with `OVER_LIMIT`
 * @param factsOf the parts of an error to write. Default: none
 */
export function encode(value: unknown, limit = Infinity, factsOf: (error: Error) => object = nothing): string {
  let left = limit;
  const spend = (cost: number) => {
    if ((left -= cost) < 0) throw tooLarge(`more than ${limit} bytes`);
  };
  const plain = (value: object, depth: number) =>
    Object.fromEntries(
      Object.entries(value).map(([key, part]) => {
        spend(key.length);
        return [key, pack(part, depth + 1)];
      })
    );
  const list = (values: Iterable<unknown>, depth: number) => Array.from(values, (part) => pack(part, depth + 1));
  const pack = (value: unknown, depth: number): unknown => {
    spend(1);
    if (depth > DEEPEST) throw tooLarge(`more than ${DEEPEST} levels`);
    if (typeof value === 'string') spend(value.length);
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') {
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return tagged('number', value === 0 ? '-0' : `${value}`);
    }
    if (typeof value === 'bigint') return tagged('bigint', `${value}`);
    if (typeof value !== 'object') return tagged('undefined');
    if (value instanceof Uint8Array) {
      spend(value.length);
      return tagged('bytes', base64(value));
    }
    if (value instanceof Date) return tagged('date', `${+value}`);
    if (value instanceof Error) return tagged('error', factsOf(value));
    if (Array.isArray(value)) return list(value, depth);
    if (value instanceof Map) return tagged('map', list(value, depth));
    if (value instanceof Set) return tagged('set', list(value, depth));
    const object = plain(value, depth);
    return Object.hasOwn(object, '$') ? tagged('object', object) : object;
  };
  return JSON.stringify(pack(value, 0));
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += PIECE) text += String.fromCharCode(...bytes.subarray(i, i + PIECE));
  return btoa(text);
}
