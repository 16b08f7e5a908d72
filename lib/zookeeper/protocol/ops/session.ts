import type { Op } from '../op.js';

/** Ends the session: its ephemerals are gone when the reply comes. */
export const closeSession: Op<void, void> = {
  name: 'close',
  opcode: -11,
  readOnly: false,
  encode: () => undefined,
  decode: () => undefined,
};

/** One token of a SASL exchange, and the server's answer to it. */
export const sasl: Op<Uint8Array | null, Uint8Array | null> = {
  name: 'sasl',
  opcode: 102,
  readOnly: false,
  encode: (out, token) => void out.buffer(token),
  decode: (input) => (input.left === 0 ? null : input.buffer()),
};
