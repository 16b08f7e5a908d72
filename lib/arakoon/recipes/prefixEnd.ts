/** The first key after all that begin with `prefix`, in the order of bytes; `null` where there is none: `''`, or nothing but 255. */
export function prefixEnd(prefix: Uint8Array): Uint8Array | null {
  const last = prefix.findLastIndex((byte) => byte !== 0xff);
  if (last < 0) return null;
  const end = Uint8Array.from(prefix.subarray(0, last + 1));
  end[last]!++;
  return end;
}
