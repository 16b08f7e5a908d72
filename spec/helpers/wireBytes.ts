// Bytes written and taken apart by hand: nothing here knows how the client does it.

export function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function i64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

export const bool = (value: boolean): Buffer => Buffer.from([value ? 1 : 0]);
export const buf = (value: Uint8Array | string | null): Buffer =>
  value === null ? i32(-1) : Buffer.concat([i32(Buffer.byteLength(value)), Buffer.from(value)]);
export const str = (value: string): Buffer => buf(value);
export const vec = (...items: readonly Buffer[]): Buffer => Buffer.concat([i32(items.length), ...items]);
/** Bytes from digits; spaces are for the reader. */
export const hex = (digits: string): Buffer => Buffer.from(digits.replace(/\s/g, ''), 'hex');
export const frame = (...parts: readonly Buffer[]): Buffer => {
  const payload = Buffer.concat(parts);
  return Buffer.concat([i32(payload.length), payload]);
};

export interface Granted {
  readonly version?: number;
  readonly timeout?: number;
  readonly id?: bigint;
  readonly password?: Uint8Array | null;
  readonly readOnly?: boolean;
}

/** The answer to a connect request, 37 bytes. */
export function connectResponse({
  version = 0,
  timeout = 9000,
  id = 0x51n,
  password = Buffer.alloc(16, 7),
  readOnly = false,
}: Granted = {}): Buffer {
  return frame(i32(version), i32(timeout), i64(id), buf(password), bool(readOnly));
}

export const header = (xid: number, zxid = 1n, error = 0): Buffer => Buffer.concat([i32(xid), i64(zxid), i32(error)]);
export const reply = (xid: number, body: Buffer = Buffer.alloc(0), { zxid = 1n, error = 0 } = {}): Buffer =>
  frame(header(xid, zxid, error), body);
export const pong = (zxid = 1n): Buffer => reply(-2, undefined, { zxid });
/** Type 1 created, 2 deleted, 3 data changed, 4 children changed. */
export const event = (type: number, path: string | null, { zxid = -1n, state = 3 } = {}): Buffer =>
  frame(header(-1, zxid), i32(type), i32(state), buf(path));

/** A Stat whose fields are all different. */
export const stat = ({ mzxid = 2n, dataLength = 1, version = 5 } = {}): Buffer =>
  Buffer.concat([
    i64(1n),
    i64(mzxid),
    i64(3n),
    i64(4n),
    i32(version),
    i32(6),
    i32(7),
    i64(8n),
    i32(dataLength),
    i32(10),
    i64(11n),
  ]);
export const STAT = {
  czxid: 1n,
  mzxid: 2n,
  ctime: 3,
  mtime: 4,
  version: 5,
  cversion: 6,
  aversion: 7,
  ephemeralOwner: 8n,
  dataLength: 1,
  numChildren: 10,
  pzxid: 11n,
};
export const dataBody = (text: string | null): Buffer =>
  Buffer.concat([buf(text), stat({ dataLength: text?.length ?? 0 })]);

export interface Asked {
  /** Of the frame that was sent: the connect request has neither xid nor opcode. */
  readonly payload: Buffer;
  readonly xid: number;
  readonly opcode: number;
  readonly body: Buffer;
}

/** Takes whole frames out of what was sent. */
export function asked(bytes: Buffer): Asked[] {
  const found: Asked[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + bytes.readInt32BE(at);
    const payload = bytes.subarray(at + 4, end);
    found.push({ payload, xid: payload.readInt32BE(0), opcode: payload.readInt32BE(4), body: payload.subarray(8) });
    at = end;
  }
  return found;
}

/** The string that a request begins with: its path. */
export const pathOf = ({ body }: Asked): string => body.toString('utf8', 4, 4 + body.readInt32BE(0));
