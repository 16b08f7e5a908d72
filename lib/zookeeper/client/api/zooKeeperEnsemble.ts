import type { CallOptions } from '../../session/exchange.js';
import type { Endpoint } from '../../../core/endpoint.js';
import type { EnsembleConfig } from '../config.js';
import type { Observable } from 'rxjs';
import type { ReadOptions } from '../viewOptions.js';
import type { ReconfigRequest } from '../../protocol/ops/reconfig.js';
import type { WatchedNode } from '../../watch/watchNode.js';

/** The servers: who they are, and what they say of themselves. */
export interface ZooKeeperEnsemble {
  /** Who is in the ensemble. Needs 3.5, and permission to read `/zookeeper/config`. */
  getConfig(options?: ReadOptions): Observable<EnsembleConfig>;
  /**
   * The members of the ensemble, now and after every change, shown as `watch` shows a node. `'absent'` before
   * 3.5, `'denied'` without permission to read `/zookeeper/config`.
   */
  watchConfig(): Observable<WatchedNode<EnsembleConfig>>;
  /**
   * Changes who is in the ensemble. **Errors** with `RECONFIG_DISABLED`, `NEW_CONFIG_NO_QUORUM`, `BAD_VERSION`,
   * `NO_AUTH`. Needs 3.5.
   */
  reconfig(change: ReconfigRequest, options?: CallOptions): Observable<EnsembleConfig>;
  /**
   * Asks a server a four-letter word, over a connection of its own. Default: the one that is connected to. **Emits**
   * its whole answer. **Errors** with `TIMEOUT` when that takes longer than `connectTimeout`, or else 10 s.
   */
  command(word: string, endpoint?: Endpoint): Observable<string>;
  /**
   * The version of the connected server, as in `3.8.0`; waits for a connection. **Errors** with `UNSUPPORTED` where it
   * does not tell.
   */
  serverVersion(): Observable<string>;
}
