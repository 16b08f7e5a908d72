/** The two halves of a character outside the BMP, each as UTF-8 would have it if they were characters (CESU-8). */
const PAIR = /\xed([\xa0-\xaf])([\x80-\xbf])\xed([\xb0-\xbf])([\x80-\xbf])/g;

/** Text as Java servers write it. UTF-8 reads as itself, too. */
export function readCesu8(bytes: Buffer, start: number, end: number): string {
  const utf8 = bytes.toString('latin1', start, end).replace(PAIR, (_, ...quarters: string[]) => {
    const [a, b, c, d] = quarters.slice(0, 4).map((byte) => byte.charCodeAt(0) & 0x3f) as [
      number,
      number,
      number,
      number,
    ];
    const point = 0x10000 + (((a & 0x0f) << 16) | (b << 10) | ((c & 0x0f) << 6) | d);
    return Buffer.from(String.fromCodePoint(point)).toString('latin1');
  });
  return Buffer.from(utf8, 'latin1').toString('utf8');
}
