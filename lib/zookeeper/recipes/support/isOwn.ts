import type { ZooKeeper } from '../../client/zooKeeper.js';

/** Whether an ephemeral node with this owner is of the session that stands now. */
export function isOwn({ state }: Pick<ZooKeeper, 'state'>, session: bigint): boolean {
  return state.kind === 'connected' && state.id === session;
}
