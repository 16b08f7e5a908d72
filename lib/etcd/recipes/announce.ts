import { type Observable, defer, map } from 'rxjs';
import { duration, knownKeys } from '../../core/check.js';
import { checkName } from './lock.js';
import { type LockClient, rawView } from './lockClient.js';
import { keptKey } from './keptKey.js';

/** A key, as {@link announce} keeps it. */
export interface AnnounceOptions {
  /** The time to live of the lease, in milliseconds: how long the key outlives a crash. Default 10,000. */
  readonly ttl?: number;
}

/**
 * A key that is there for as long as the subscription, and goes with the client when that dies. It is made again when
 * it was deleted, or when its lease has run out. While another client has the key, it waits for that to go.
 *
 * - **Emits** each time that it was made. **Completes** when the client is closed.
 * - **Errors** with the refusal of a write, and with the value.
 * - **Unsubscribing** deletes it.
 *
 * @example
 * ```ts
 * import { announce } from 'quorum-rx/etcd';
 *
 * announce(etcd, 'workers/7', new TextEncoder().encode('10.0.0.7:80')).subscribe();
 * ```
 *
 * @param value of an Observable, always its newest value: the key is made with the first, and then changed
 */
export function announce(
  etcd: Pick<LockClient<never>, 'with'>,
  key: string,
  value: Uint8Array | Observable<Uint8Array>,
  options: AnnounceOptions = {}
): Observable<void> {
  return defer(() => {
    const { ttl = 10_000 } = knownKeys('options', options, ['ttl']);
    return keptKey(rawView(etcd), checkName(key, 'key'), value, duration('options.ttl', ttl));
  }).pipe(map(() => undefined));
}
