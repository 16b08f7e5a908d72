import { type Observable, defer } from 'rxjs';
import { type Registration, registered } from '../../../client/registered.js';
import { callable, knownKeys } from '../../../core/check.js';
import type { ServiceInstance } from '../../../core/serviceInstance.js';
import { wallClock } from '../../../transport/wallClock.js';
import { checkPath, joinPath } from '../../path.js';
import type { Acl } from '../../types.js';
import { ofOpen } from '../../watch/closed.js';
import { checkName } from '../support/checkName.js';
import { type PresenceClient, persistentNode } from '../presence/persistentNode.js';

/** How to register. */
export interface RegisterOptions {
  /** The access control list of the node. Default: anyone may do anything. */
  readonly acl?: readonly Acl[];
  /**
   * The access control list of the nodes above it, where they have to be made. Default: anyone may do anything, for
   * others need them too.
   */
  readonly parentsAcl?: readonly Acl[];
  /** The wall clock, for the time of registration: milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/**
 * Offers a service for as long as you are subscribed: by a node below `path` and the service's name, which others
 * follow with `watchInstances`. The nodes are those of Curator's `ServiceDiscovery` with its `JsonInstanceSerializer`,
 * by its documented names; a payload that a Java program reads as a class of its own needs an `@class` field.
 *
 * - **Emits** the instance, each time that its node was made.
 * - **Completes** when the client is closed. **Errors** with refusals of the server, with the payload, and with
 *   `BAD_VALUE` for a payload that is no JSON.
 * - **Unsubscribing** takes it away, also while it is being registered.
 *
 * **When the link is lost**, the instance is seen as long as the session lives. **When the session is lost**, or the
 * node deleted, it is registered again, with the newest payload. **When the reply to the create is lost**, the node is
 * known by its owner.
 *
 * @example
 * ```ts
 * import { register } from 'quorum-rx';
 *
 * register(zk, '/services', { name: 'search', address: '10.0.0.7', port: 8080 }).subscribe();
 * ```
 *
 * @param path the node above all services
 */
export function register<P = null>(
  zk: PresenceClient,
  path: string,
  registration: Registration<P>,
  options: RegisterOptions = {}
): Observable<ServiceInstance<P>> {
  return defer(() => {
    checkPath(path);
    const { acl, parentsAcl, now = wallClock } = knownKeys('options', options, ['acl', 'parentsAcl', 'now']);
    return registered(registration, callable('options.now', now)(), checkName, (name, id, data$) =>
      persistentNode(zk, joinPath(joinPath(path, name), id), {
        data: data$,
        ...(acl && { acl }),
        ...(parentsAcl && { parentsAcl }),
      })
    );
  }).pipe(ofOpen(zk, 'presence', { operation: 'register', path }));
}
