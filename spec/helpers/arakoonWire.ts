// Arakoon's bytes, written by hand: nothing here knows how the client does it.

export function le32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

export function le64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}

export const lstr = (value: string): Buffer => Buffer.concat([le32(Buffer.byteLength(value)), Buffer.from(value)]);
export const some = (value: string | null): Buffer =>
  value === null ? Buffer.from([0]) : Buffer.concat([Buffer.from([1]), lstr(value)]);
export const llist = (...items: readonly Buffer[]): Buffer => Buffer.concat([le32(items.length), ...items]);
/** What a client says first. */
export const prologue = (cluster = 'ricky'): Buffer =>
  Buffer.concat([Buffer.from('0000ffb101000000', 'hex'), lstr(cluster)]);
/** A command: its word, and what follows. */
export const command = (tag: number, ...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([tag, 0, 0xff, 0xb1]), ...parts]);
export const ok = (...parts: readonly Buffer[]): Buffer => Buffer.concat([le32(0), ...parts]);
export const no = (code: number, message: string): Buffer => Buffer.concat([le32(code), lstr(message)]);

/** How fresh: from the master, or from anybody. */
const [CONSISTENT, ANY] = [Buffer.from([0]), Buffer.from([1])];
export const asked = {
  whoMaster: command(0x02),
  get: (key: string) => command(0x08, CONSISTENT, lstr(key)),
  getAnywhere: (key: string) => command(0x08, ANY, lstr(key)),
  getAtLeast: (key: string, txid: bigint) => command(0x08, Buffer.from([2]), le64(txid), lstr(key)),
  set: (key: string, value: string) => command(0x09, lstr(key), lstr(value)),
  delete: (key: string) => command(0x0a, lstr(key)),
  testAndSet: (key: string, expected: string | null, wanted: string | null) =>
    command(0x0d, lstr(key), some(expected), some(wanted)),
};
