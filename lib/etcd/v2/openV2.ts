import { type OpenLimits, owned } from '../../client/owned.js';
import type { Endpoints } from '../endpoints.js';
import type { EtcdV2 } from './client/etcdV2.js';
import { opening } from './connectV2.js';
import type { ConnectV2Options } from './options.js';

/** How `openV2` connects, and when it gives up. */
export interface OpenV2Options extends ConnectV2Options, OpenLimits {}

/**
 * Opens a client of etcd's API of version 2, which lasts until it is closed. For `await using`, and for code that owns
 * a client rather than a subscription.
 *
 * Resolves once a member serves. Rejects as `connectV2` errors; with `TIMEOUT` when none serves within `openTimeout`
 * (default 15,000 ms); with `ABORTED` when `signal` aborts. The error names the newest failure of each member, and has
 * it as its `cause`. Once the client is open, neither limit affects it.
 *
 * @example
 * ```ts
 * import { openV2 } from 'quorum-rx/etcd/v2';
 * import { firstValueFrom } from 'rxjs';
 *
 * await using etcd = await openV2('10.0.0.1,10.0.0.2,10.0.0.3');
 * await firstValueFrom(etcd.set('/message', 'Hello world'));
 * console.log((await firstValueFrom(etcd.get('/message')))?.value);
 * ```
 */
export function openV2(endpoints: Endpoints, options: OpenV2Options = {}): Promise<EtcdV2 & AsyncDisposable> {
  return owned((others: ConnectV2Options) => opening(endpoints, others), options);
}
