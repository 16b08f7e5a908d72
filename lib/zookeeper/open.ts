import { holdsOptions } from '../core/check.js';
import { owned } from '../operators/owned.js';
import type { ZooKeeper } from './client/zooKeeper.js';
import { type ServerList, opening } from './connect.js';
import type { ConnectOptions } from './options.js';

/** How `open` connects, and until when. */
export interface OpenOptions extends ConnectOptions {
  /** Gives up the attempt to connect, and later ends the session, when it aborts. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a session for as long as the client that it resolves to is not closed: for `await using`, and for whoever owns
 * things rather than subscriptions. Resolves once there is a session; rejects as `connect` errors, or when `signal`
 * aborts.
 * An error that comes before there was a session names the newest failure of each server, and has it as its `cause`.
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
  if (!holdsOptions(options)) return owned(opening(servers, options), undefined); // which refuses them
  const { signal, ...others } = options;
  return owned(opening(servers, others), signal);
}
