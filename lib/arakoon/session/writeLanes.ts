import type { NodeConnection } from './nodeConnection.js';

/** So many connections open before the writes of one have to wait for each other. */
const AT_ONCE = 4;

/**
 * The connections to a node for writes. Servers write a round for each connection in turn, but join the writes of
 * several connections in one round: the more writes wait, the more connections there are.
 */
export class WriteLanes {
  readonly all: readonly NodeConnection[];

  /** @param bound how many connections there are at most */
  constructor(bound: number, open: () => NodeConnection) {
    this.all = Array.from({ length: bound }, open);
  }

  /**
   * The connection for the next write: of those in use the one with the fewest writes, or another when each of them has
   * several. Later ones have nothing to do when the load goes down, and end.
   *
   * @param hasRoom whether the server takes in another connection, as far as is known
   */
  next(hasRoom: boolean): NodeConnection {
    let used = 0;
    let best: NodeConnection | undefined;
    let unused: NodeConnection | undefined;
    for (const lane of this.all) {
      if (!lane.isOpen) {
        unused ??= lane;
        continue;
      }
      used++;
      if (best === undefined || lane.load < best.load) best = lane;
    }
    if (best === undefined) return unused!;
    const enough = best.load <= Math.floor(used / AT_ONCE);
    return unused === undefined || enough || !hasRoom ? best : unused;
  }
}
