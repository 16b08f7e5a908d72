import { crc32 } from 'node:zlib';
import { equalBytes } from '../../bytes/equalBytes.js';
import { ProtocolError } from '../../core/errors.js';
import { plainDescription } from './plainDescription.js';

/** The first bytes of every head: whose it is, and the version of its form. */
const MARK = 0x51;
const FORM = 1;
/** Mark, form, and the length of the description. */
const FIXED = 6;
/** The name of a codec that is in JSON as it is. */
const PLAIN_NAME = /^[\w.+:/-]{1,40}$/;

/** Slices that hold the content of an entry. */
export interface Sliced {
  /** The upload that wrote them. */
  readonly id: string;
  /** Bytes of each slice but the last. */
  readonly sliceSize: number;
  /** The CRC-32 of each slice. */
  readonly crcs: readonly number[];
  /** The SHA-256 of the whole content, in hexadecimal digits. */
  readonly sha256: string;
}

/** The description of an entry, and its content if that is small. */
export interface Head {
  /** The name of the codec that wrote the content. */
  readonly codec: string;
  /** Bytes of the content. */
  readonly size: number;
  /** When the entry runs out, in milliseconds since 1970; `undefined`: never. */
  readonly expiresAt?: number | undefined;
  readonly sliced?: Sliced | undefined;
  /** The content, where there are no slices. */
  readonly content?: Uint8Array | undefined;
}

/** The form in JSON. Names are short, because every entry has them. */
interface Description {
  readonly c: string;
  readonly n: number;
  readonly k?: number;
  readonly x?: number;
  readonly s?: readonly [id: string, sliceSize: number, sha256: string, crcs: string];
}

/** The bytes of a head. Puts the JSON together by hand, because small entries are many. */
export function encodeHead({ codec, size, expiresAt, sliced, content }: Head): Uint8Array {
  const quoted = PLAIN_NAME.test(codec) ? `"${codec}"` : JSON.stringify(codec);
  const text =
    `{"c":${quoted},"n":${size}` +
    (content === undefined ? '' : `,"k":${crc32(content)}`) +
    (expiresAt === undefined ? '' : `,"x":${expiresAt}`) +
    (sliced === undefined ? '}' : `,"s":${JSON.stringify(slicesOf(sliced))}}`);
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(FIXED + length + (content?.length ?? 0));
  bytes[0] = MARK;
  bytes[1] = FORM;
  bytes.writeUInt32BE(length, 2);
  bytes.write(text, FIXED);
  if (content !== undefined) bytes.set(content, FIXED + length);
  return bytes;
}

function slicesOf({ id, sliceSize, sha256, crcs }: Sliced): NonNullable<Description['s']> {
  return [id, sliceSize, sha256, Buffer.from(Uint32Array.from(crcs).buffer).toString('base64')];
}

/** Reads a head. Throws a `ProtocolError` when the bytes are none, or are damaged. */
export function decodeHead(value: Uint8Array): Head {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.length);
  if (bytes.length < FIXED || bytes[0] !== MARK) throw broken('is not that of a hive');
  if (bytes[1] !== FORM) throw broken(`has the form ${bytes[1]}, which this version does not know`);
  const start = FIXED + bytes.readUInt32BE(2);
  if (start > bytes.length) throw broken('ends early');
  const { c, n, k, x, s }: Description =
    plainDescription(bytes, FIXED, start) ?? described(bytes.toString('utf8', FIXED, start));
  if (s !== undefined) {
    const [id, sliceSize, sha256, crcs] = s;
    return { codec: c, size: n, expiresAt: x, sliced: { id, sliceSize, sha256, crcs: numbers(crcs) } };
  }
  const content = bytes.subarray(start);
  if (content.length !== n || crc32(content) !== k) throw broken('has content that is damaged');
  return { codec: c, size: n, expiresAt: x, content };
}

/** Whether two heads stand for the same content of the same codec. */
export function isSameContent(a: Head, b: Head): boolean {
  if (a.codec !== b.codec || a.size !== b.size) return false;
  if (a.sliced !== undefined || b.sliced !== undefined) return a.sliced?.id === b.sliced?.id;
  return equalBytes(a.content!, b.content!);
}

function described(text: string): Description {
  let found: Partial<Description> | null;
  try {
    found = JSON.parse(text) as Partial<Description> | null;
  } catch {
    throw broken('cannot be read');
  }
  const { c, n, x, s } = found ?? {};
  const isTime = x === undefined || Number.isFinite(x);
  if (typeof c !== 'string' || !isSize(n) || !isTime || !(s === undefined || areSlices(n, s)))
    throw broken('does not say what it is about');
  return found as Description;
}

/** Whether slices can hold so many bytes. */
function areSlices(size: number, slices: NonNullable<Description['s']>): boolean {
  if (!Array.isArray(slices)) return false;
  const [id, sliceSize, sha256, crcs] = slices;
  if (typeof id !== 'string' || !isSize(sliceSize) || sliceSize === 0 || typeof crcs !== 'string') return false;
  return /^[0-9a-f]{64}$/.test(sha256) && numbers(crcs).length === Math.ceil(size / sliceSize);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function numbers(base64: string): readonly number[] {
  const bytes = Buffer.from(base64, 'base64');
  return Array.from({ length: bytes.length >> 2 }, (_, i) => bytes.readUInt32LE(4 * i));
}

function broken(words: string): ProtocolError {
  return new ProtocolError(`the head of the entry ${words}`, { effect: 'none' });
}
