// The few messages that the raw contender, the minimal client and the canned responder need, written by hand so that
// nothing of the client under test takes part in measuring it.

export const Op = {
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getChildren: 8,
  ping: 11,
  getChildren2: 12,
  multi: 14,
  create2: 15,
  multiRead: 22,
  close: -11,
};

/** One frame: its length, and ints, strings, Buffers (with their length) and booleans. */
export function frame(...fields) {
  const parts = fields.map((field) => {
    if (typeof field === 'number') return int(field);
    if (typeof field === 'bigint') return long(field);
    if (typeof field === 'boolean') return Buffer.from([field ? 1 : 0]);
    const bytes = Buffer.from(field);
    return Buffer.concat([int(bytes.length), bytes]);
  });
  const body = Buffer.concat(parts);
  return Buffer.concat([int(body.length), body]);
}

export const connectRequest = frame(0, 0n, 30_000, 0n, Buffer.alloc(16), false);
export const connectResponse = frame(0, 30_000, 0x1234n, Buffer.alloc(16, 7), false);
export const OPEN_ACL = [1, 31, 'world', 'anyone'];
/** No stat has to say anything: its bytes are those of a node that was never changed. */
export const STAT = [1n, 1n, 1_700_000_000_000n, 1_700_000_000_000n, 0, 0, 0, 0n, 100, 0, 1n];

function int(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function long(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}
