import { holdsOptions } from '../core/check.js';
import { owned } from '../operators/owned.js';
import type { Arakoon } from './client/arakoon.js';
import type { Cluster } from './cluster.js';
import { opening } from './connect.js';
import type { ConnectOptions } from './options.js';

/** How `open` connects, and until when. */
export interface OpenOptions extends ConnectOptions {
  /** Gives up the attempt to connect, and later closes the client, when it aborts. */
  readonly signal?: AbortSignal;
}

/**
 * Connects for as long as the client that it resolves to is not closed: for `await using`, and for whoever owns things
 * rather than subscriptions. Resolves once there is a master; rejects as `connect` errors, or when `signal` aborts.
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
  if (!holdsOptions(options)) return owned(opening(cluster, options), undefined); // which refuses them
  const { signal, ...others } = options;
  return owned(opening(cluster, others), signal);
}
