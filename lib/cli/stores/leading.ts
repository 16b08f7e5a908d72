import { NEVER, type OperatorFunction, concat, of } from 'rxjs';
import type { LeadershipOf } from '../../lease/leaderships.js';
import { whileLeader } from '../../lease/whileLeader.js';
import type { Hold } from './treeStore.js';

/** **Emits** the lease of each leadership. In doubt it leads on, until the signal of the lease aborts. */
export function leading<L extends Hold>(): OperatorFunction<LeadershipOf<L, unknown>, L> {
  return whileLeader((lease: L) => concat(of(lease), NEVER), { onSuspend: 'keep' });
}
