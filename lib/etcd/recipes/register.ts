import { type Observable, defer } from 'rxjs';
import { type Registration, registered } from '../../client/registered.js';
import { callable, duration, knownKeys } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';
import type { ServiceInstance } from '../../core/serviceInstance.js';
import { wallClock } from '../../transport/wallClock.js';
import { keptKey } from './keptKey.js';
import { checkName } from './lock.js';
import { type LockClient, rawView } from './lockClient.js';

/** How to register. */
export interface RegisterOptions {
  /** The time to live of the lease, in milliseconds: how long an instance is seen after a crash. Default 10,000. */
  readonly ttl?: number;
  /** The wall clock, for the time of registration: milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/**
 * Offers a service for as long as you are subscribed: by a key below `name`, the name of the service and the id, which
 * others follow with `watchInstances`. The value is the JSON that Curator's `ServiceDiscovery` writes to ZooKeeper.
 *
 * - **Emits** the instance, each time that its key was made.
 * - **Completes** when the client is closed. **Errors** with refusals of the cluster, with the payload, and with
 *   `BAD_VALUE` for a payload that is no JSON.
 * - **Unsubscribing** takes it away, also while it is being registered.
 *
 * **When the connection is lost**, the instance is seen as long as the lease lives. **When the lease is lost**, or the
 * key deleted, it is registered again, with the newest payload.
 *
 * @example
 * ```ts
 * import { register } from 'quorum-rx/etcd';
 *
 * register(etcd, 'services', { name: 'search', address: '10.0.0.7', port: 8080 }).subscribe();
 * ```
 *
 * @param name of the keys of all services
 */
export function register<P = null>(
  etcd: Pick<LockClient<never>, 'with'>,
  name: string,
  registration: Registration<P>,
  options: RegisterOptions = {}
): Observable<ServiceInstance<P>> {
  return defer(() => {
    checkName(name);
    const { ttl = 10_000, now = wallClock } = knownKeys('options', options, ['ttl', 'now']);
    duration('options.ttl', ttl);
    return registered(registration, callable('options.now', now)(), checkPart, (service, id, data$) =>
      keptKey(rawView(etcd), `${name}/${service}/${id}`, data$, ttl)
    );
  });
}

/** Refuses a text that cannot be one part of a key. */
export function checkPart(part: string, argument: string): string {
  if (checkName(part, argument).includes('/')) throw new UsageError(argument, "must not contain '/'");
  return part;
}
