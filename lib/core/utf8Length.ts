/** The bytes that a text has in UTF-8. Encodes nothing. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    const isHalf = unit >= 0xd800 && unit < 0xe000; // a pair of them has four bytes
    length += unit < 0x800 || isHalf ? 1 : 2;
  }
  return length;
}
