/** Longer text is encoded faster by the platform, whose calls cost more than a hundred characters. */
const LONGEST = 100;

/** The bytes of a short text of ASCII characters. `undefined`: it is longer, or has others. */
export function asciiBytes(text: string): Uint8Array | undefined {
  const { length } = text;
  if (length > LONGEST) return undefined;
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return undefined;
    bytes[i] = unit;
  }
  return bytes;
}
