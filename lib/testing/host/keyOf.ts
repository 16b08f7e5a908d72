/** The bytes of a key as text that sorts as they do, one character for each: for maps and sets. */
export function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The bytes that {@link keyOf} has made text of. */
export function bytesOf(key: string): Buffer {
  return Buffer.from(key, 'latin1');
}
