/** The description of an entry whose content is in its head, and which does not run out. */
export interface PlainDescription {
  /** The codec. */
  readonly c: string;
  /** Bytes of the content. */
  readonly n: number;
  /** Their CRC-32. */
  readonly k: number;
}

const CODEC = '{"c":"';
const SIZE = '","n":';
const CRC = ',"k":';
const [QUOTE, BACKSLASH, END, ZERO, NINE] = [0x22, 0x5c, 0x7d, 0x30, 0x39];
/** Numbers of so many digits are exact, and no more than JSON would have. */
const MOST_DIGITS = 10;

/**
 * Reads the description that most entries have, in the exact form in which it is written. That costs a fifth of what
 * JSON costs. `undefined`: it has another form.
 */
export function plainDescription(bytes: Buffer, start: number, end: number): PlainDescription | undefined {
  const name = after(bytes, start, CODEC);
  let quote = name;
  while (quote < end && isPlain(bytes[quote]!)) quote++;
  const size = after(bytes, quote, SIZE);
  const comma = digitsFrom(bytes, size);
  const crc = after(bytes, comma, CRC);
  const last = digitsFrom(bytes, crc);
  if (!(last + 1 === end && bytes[last] === END)) return undefined;
  return { c: bytes.toString('latin1', name, quote), n: number(bytes, size, comma), k: number(bytes, crc, last) };
}

/** Where the bytes after these words begin; `NaN` if others are there. */
function after(bytes: Buffer, start: number, words: string): number {
  for (let i = 0; i < words.length; i++) if (bytes[start + i] !== words.charCodeAt(i)) return NaN;
  return start + words.length;
}

/** Where digits end; `NaN` if there are none, too many, or a zero in front of others. */
function digitsFrom(bytes: Buffer, start: number): number {
  let at = start;
  while (bytes[at]! >= ZERO && bytes[at]! <= NINE) at++;
  const count = at - start;
  return count > 0 && count <= MOST_DIGITS && (count === 1 || bytes[start] !== ZERO) ? at : NaN;
}

function number(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = value * 10 + bytes[at]! - ZERO;
  return value;
}

/** Whether a byte stands for itself in a text in JSON. */
function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f && byte !== QUOTE && byte !== BACKSLASH;
}
