import { type OpenLimits, owned } from '../../client/owned.js';
import type { Endpoints } from '../endpoints.js';
import type { Etcd } from './client/etcd.js';
import { opening } from './connect.js';
import type { ConnectOptions } from './options.js';

/** How `open` connects, and when it gives up. */
export interface OpenOptions extends ConnectOptions, OpenLimits {}

/**
 * Opens a client, which lasts until it is closed. For `await using`, and for code that owns a client rather than a
 * subscription.
 *
 * Resolves once there is a connection. Rejects as `connect` errors; with `TIMEOUT` when there is no connection within
 * `openTimeout` (default 15,000 ms); with `ABORTED` when `signal` aborts. The error names the newest failure of each
 * member, and has it as its `cause`. Once the client is open, neither limit affects it.
 *
 * @example
 * ```ts
 * import { open } from 'quorum-rx/etcd';
 * import { firstValueFrom } from 'rxjs';
 *
 * await using etcd = await open('10.0.0.1,10.0.0.2,10.0.0.3');
 * const { entries } = await firstValueFrom(etcd.range({ prefix: 'services/' }));
 * console.log(entries.map(({ key }) => key));
 * ```
 */
export function open(endpoints: Endpoints, options: OpenOptions = {}): Promise<Etcd & AsyncDisposable> {
  return owned((others: ConnectOptions) => opening(endpoints, others), options);
}
