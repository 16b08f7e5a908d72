/** Correlation ids that the server reserves for messages outside the queue of requests. */
export const Xid = { event: -1, ping: -2, auth: -4, last: 0x7fffffff } as const;

/** Where the fields of a reply header lie, and how long it is. */
export const ReplyHeader = { xid: 0, zxid: 4, error: 12, size: 16 } as const;

/** The xid that follows: 1 after the last, since the others are taken. */
export function after(xid: number): number {
  return xid === Xid.last ? 1 : xid + 1;
}

/** The xid that went before. */
export function before(xid: number): number {
  return xid === 1 ? Xid.last : xid - 1;
}

/** The 32-bit number at this place. */
export function int(bytes: Buffer, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
