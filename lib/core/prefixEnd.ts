/**
 * The first key after all that begin with `prefix`, in the order of bytes: with `prefix` as `begin` and this as `end`,
 * a range is all keys with the prefix. `null`, which is an open end, where there is no such key: for `''`, or nothing
 * but bytes of 255.
 *
 * @example
 * ```ts
 * import { prefixEnd } from 'quorum-rx/arakoon';
 *
 * const begin = new TextEncoder().encode('/users/');
 * console.log(new TextDecoder().decode(prefixEnd(begin)!)); // /users0
 * ```
 */
export function prefixEnd(prefix: Uint8Array): Uint8Array | null {
  const last = prefix.findLastIndex((byte) => byte !== 0xff);
  if (last < 0) return null;
  const end = Uint8Array.from(prefix.subarray(0, last + 1));
  end[last]!++;
  return end;
}
