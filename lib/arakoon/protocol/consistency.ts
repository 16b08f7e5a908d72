import { ProtocolError } from '../../core/errors.js';
import type { RecordCodec } from './recordCodec.js';

/**
 * How fresh a read must be.
 *
 * - `'consistent'` (default): the master answers, while its lease lasts.
 * - `'none'`: any node answers with its own data.
 * - `{ atLeast }`: any node that has seen this transaction; others refuse with `INCONSISTENT_READ`. Servers from 1.7.1
 *   on.
 */
export type Consistency = 'consistent' | 'none' | { readonly atLeast: bigint };

export const consistency: RecordCodec<Consistency> = {
  write(out, value) {
    if (typeof value === 'string') out.byte(value === 'consistent' ? 0 : 1);
    else out.byte(2).long(value.atLeast);
  },
  read(input) {
    const kind = input.byte();
    if (kind > 2) throw new ProtocolError(`a consistency of ${kind}`);
    return kind === 0 ? 'consistent' : kind === 1 ? 'none' : { atLeast: input.long() };
  },
};
