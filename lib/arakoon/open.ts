import { type OpenLimits, owned } from '../client/owned.js';
import type { Arakoon } from './client/arakoon.js';
import type { Cluster } from './cluster.js';
import { opening } from './connect.js';
import type { ConnectOptions } from './options.js';

/** How `open` connects, and when it gives up. */
export interface OpenOptions extends ConnectOptions, OpenLimits {}

/**
 * Opens a client, which lasts until it is closed. For `await using`, and for code that owns a client rather than a
 * subscription.
 *
 * Resolves once a master is known. Rejects as `connect` errors; with `TIMEOUT` when there is no master within
 * `openTimeout` (default 15,000 ms); with `ABORTED` when `signal` aborts. The error names the newest failure of each
 * node, and has it as its `cause`. Once the client is open, neither limit affects it.
 *
 * @example
 * ```ts
 * import { open } from 'quorum-rx/arakoon';
 * import { firstValueFrom } from 'rxjs';
 *
 * await using arakoon = await open({ id: 'ricky', nodes: { arakoon_0: ['10.0.0.1:4000'] } });
 * console.log(await firstValueFrom(arakoon.prefix('/services/')));
 * ```
 */
export function open(cluster: Cluster | string, options: OpenOptions = {}): Promise<Arakoon & AsyncDisposable> {
  return owned((others: ConnectOptions) => opening(cluster, others), options);
}
