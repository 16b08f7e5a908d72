import { array, knownKeys } from '../../../core/check.js';
import { UsageError } from '../../../core/errors.js';
import type { Op } from '../op.js';
import { readStat } from '../stat.js';
import type { NodeData } from './getData.js';

/** A change of the ensemble's membership: incremental (`joining`, `leaving`) or whole (`members`). */
export interface ReconfigRequest {
  /** Servers to add or change, as in `server.4=h:2888:3888;2181`. */
  readonly joining?: readonly string[] | undefined;
  /** Ids of servers to remove. */
  readonly leaving?: readonly number[] | undefined;
  /** The whole new membership, in place of the two above. */
  readonly members?: readonly string[] | undefined;
  /** Version of the configuration that must be in force; `-1n`, the default, for any. */
  readonly fromVersion?: bigint | undefined;
}

export const reconfig: Op<ReconfigRequest, NodeData> = {
  name: 'reconfig',
  opcode: 16,
  since: 30500,
  readOnly: false,
  check(change) {
    const { joining, leaving, members, fromVersion } = knownKeys('change', change, [
      'joining',
      'leaving',
      'members',
      'fromVersion',
    ]);
    for (const [name, list] of Object.entries({ joining, leaving, members }))
      if (list !== undefined) array<unknown>(`change.${name}`, list);
    if (fromVersion !== undefined && typeof fromVersion !== 'bigint')
      throw new UsageError('change.fromVersion', 'must be a bigint');
    const incremental = joining !== undefined || leaving !== undefined;
    if (incremental === (members !== undefined))
      throw new UsageError('members', 'give either members, or joining and leaving');
  },
  encode(out, { joining, leaving, members, fromVersion = -1n }) {
    for (const list of [joining, leaving, members]) {
      if (list === undefined) out.int(-1);
      else out.string(list.join(','));
    }
    out.long(fromVersion);
  },
  decode: (input) => ({ value: input.buffer(), stat: readStat(input) }),
};
