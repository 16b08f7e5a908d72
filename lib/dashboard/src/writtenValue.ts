import { digitsOf, textOf } from './valueText.js';

/** The ways to write a value. */
export const WAYS = ['text', 'hex', 'base64', 'file'] as const;
export type Way = (typeof WAYS)[number];

/** A value that a person writes. */
export interface Written {
  readonly way: Way;
  /** What is in the text field; not for a file. */
  readonly text: string;
  readonly file?: { readonly name: string; readonly bytes: Uint8Array } | undefined;
}

/** A value to be changed, as text if it is any. `undefined`: nothing is known of it, and a file may replace it. */
export function begun(bytes: Uint8Array | undefined): Written {
  if (bytes === undefined) return { way: 'file', text: '' };
  return writtenAs(textOf(bytes) === undefined ? 'hex' : 'text', bytes);
}

/** The same value in another way. Throws an `Error` with words for a person. */
export function writtenAs(way: Way, bytes: Uint8Array): Written {
  if (way === 'file') return { way, text: '' };
  if (way === 'hex') return { way, text: hexDigits(bytes) };
  if (way === 'base64') return { way, text: lines(toBase64(bytes), 76) };
  const text = textOf(bytes);
  if (text === undefined) throw new Error('These bytes are not text in UTF-8.');
  return { way, text };
}

/** The bytes of a value as it is written. Throws an `Error` with words for a person. */
export function bytesOf({ way, text, file }: Written): Uint8Array {
  if (way === 'text') return new TextEncoder().encode(text);
  if (way === 'hex') return fromHex(text);
  if (way === 'base64') return fromBase64(text);
  if (file === undefined) throw new Error('Choose a file.');
  return file.bytes;
}

function hexDigits(bytes: Uint8Array): string {
  const digits = digitsOf(bytes);
  const rows = Array.from({ length: Math.ceil(digits.length / 16) }, (_, i) => digits.slice(16 * i, 16 * i + 16));
  return rows.map((row) => row.join(' ')).join('\n');
}

function fromHex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  const wrong = /[^0-9a-f]/i.exec(digits);
  if (wrong !== null) throw new Error(`“${wrong[0]}” is not a digit of hex.`);
  if (digits.length % 2 !== 0) throw new Error('Hex needs two digits for each byte: there is one too many or too few.');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Takes the letters of URLs, too. */
function fromBase64(text: string): Uint8Array {
  const plain = text.replace(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/');
  try {
    return Uint8Array.from(atob(plain), (character) => character.charCodeAt(0));
  } catch {
    throw new Error('This is not base64.');
  }
}

function lines(text: string, length: number): string {
  return (text.match(new RegExp(`.{1,${length}}`, 'g')) ?? []).join('\n');
}
