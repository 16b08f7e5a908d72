import type { CallOptions as CallLimits } from '../../client/callOptions.js';

/**
 * How one request is treated. Its `timeout` is the client's by default, and includes the search for a master and
 * further attempts.
 */
export interface CallOptions extends CallLimits {
  /** The node that answers reads which any node may answer. Requests for the master go to the master all the same. */
  readonly node?: string | undefined;
  /**
   * Whether doing it twice, and late, is as good as once. If so it is sent again when its answer was lost; if not, it
   * errors then with the effect `'unknown'`. By default reads are sent again, and when the server itself ended the
   * connection also `set`, `confirm`, `nop`, the commands for one node, and those that set up a nursery. A server that
   * fell silent might do an old `set` after a new one.
   */
  readonly idempotent?: boolean | undefined;
}
