import { type OpenLimits, owned } from '../client/owned.js';
import type { ZooKeeper } from './client/zooKeeper.js';
import { type ServerList, opening } from './connect.js';
import type { ConnectOptions } from './options.js';

/** How `open` connects, and when it gives up. */
export interface OpenOptions extends ConnectOptions, OpenLimits {}

/**
 * Opens a session, which lasts until the client is closed. For `await using`, and for code that owns a client rather
 * than a subscription.
 *
 * Resolves once there is a session. Rejects as `connect` errors; with `TIMEOUT` when there is no session within
 * `openTimeout` (default 15,000 ms); with `ABORTED` when `signal` aborts. An error that comes before there was a
 * session names the newest failure of each server, and has it as its `cause`. Once the client is open, neither limit
 * affects it.
 *
 * @example
 * ```ts
 * import { open } from 'quorum-rx';
 * import { firstValueFrom } from 'rxjs';
 *
 * await using zk = await open('zk1:2181', { sessionTimeout: 10_000 });
 * console.log(await firstValueFrom(zk.getChildren('/')));
 * ```
 */
export function open(servers: ServerList, options: OpenOptions = {}): Promise<ZooKeeper & AsyncDisposable> {
  return owned((others: ConnectOptions) => opening(servers, others), options);
}
