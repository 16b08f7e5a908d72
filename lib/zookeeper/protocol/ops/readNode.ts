import type { Stat } from '../../types.js';
import { NO_AUTH, NO_NODE } from '../errorCode.js';
import type { Op } from '../op.js';
import { readStat } from '../stat.js';
import { getData } from './getData.js';

/** The result of a read of a node, refusals included. `zxid` is the state of the store that it shows. */
export type NodeReading =
  | { readonly kind: 'present'; readonly value: Uint8Array | null; readonly stat: Stat; readonly zxid: bigint }
  | { readonly kind: 'absent' | 'denied'; readonly zxid: bigint };

/** getData for watches: no node, and no permission, are answers and not errors. */
export const readNode: Op<string, NodeReading> = {
  ...(getData as unknown as Op<string, NodeReading>),
  // a watch keeps the value, so that it gets no other bytes of its chunk
  decode: (input) => ({ kind: 'present', value: input.buffer(), stat: readStat(input), zxid: input.zxid }),
  refused: (code, { zxid }) =>
    code === NO_NODE ? { kind: 'absent', zxid } : code === NO_AUTH ? { kind: 'denied', zxid } : undefined,
};
