/** Correlation ids that the server reserves for messages outside the queue of requests. */
export const Xid = { event: -1, ping: -2, auth: -4, last: 0x7fffffff } as const;

/** Where the fields of a reply header lie, and how long it is. */
export const ReplyHeader = { xid: 0, zxid: 4, error: 12, size: 16 } as const;
