import { randomUUID } from 'node:crypto';
import { type Observable, defer, isObservable, map, of, tap } from 'rxjs';
import { callable, integer, knownKeys } from '../../../core/check.js';
import { UsageError } from '../../../core/errors.js';
import { wallClock } from '../../../transport/wallClock.js';
import { checkPath, joinPath } from '../../path.js';
import type { Acl } from '../../types.js';
import { ofOpen } from '../../watch/closed.js';
import { checkName } from '../support/checkName.js';
import { type PresenceClient, persistentNode } from '../presence/persistentNode.js';
import { FIELDS, type ServiceInstance, serviceInstance } from './serviceInstance.js';

/** The description of an instance. */
export interface Registration<P = unknown> {
  /** The service. */
  readonly name: string;
  /** Which of its instances; no two may have the same. Default: a new UUID. */
  readonly id?: string;
  /** Where it is found. Default: not said. */
  readonly address?: string;
  readonly port?: number;
  readonly sslPort?: number;
  /**
   * Whatever else there is to say, as JSON. Of an Observable, always its newest value: registered with the first, and
   * then changed.
   */
  readonly payload?: P | Observable<P>;
  readonly uriSpec?: ServiceInstance['uriSpec'];
  /** False where it does not want to be picked. Default `true`. */
  readonly enabled?: boolean;
}

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

const KEYS: readonly (keyof Registration)[] = [
  'name',
  'id',
  'address',
  'port',
  'sslPort',
  'payload',
  'uriSpec',
  'enabled',
];

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
    const {
      name,
      id = randomUUID(),
      address = null,
      port = null,
      sslPort = null,
      payload = null as P,
      uriSpec = null,
      enabled = true,
    } = checked(registration);
    const registrationTimeUTC = callable('options.now', now)();
    const codec = serviceInstance<P>();
    let newest: ServiceInstance<P>;
    const payload$ = isObservable(payload) ? payload : of(payload);
    const data$ = payload$.pipe(
      map((newer): ServiceInstance<P> => ({
        name,
        id,
        address,
        port,
        sslPort,
        payload: newer,
        registrationTimeUTC,
        serviceType: 'DYNAMIC',
        uriSpec,
        enabled,
      })),
      tap((instance) => (newest = instance)),
      map((instance) => codec.encode(instance))
    );
    return persistentNode(zk, joinPath(joinPath(path, name), id), {
      data: data$,
      ...(acl && { acl }),
      ...(parentsAcl && { parentsAcl }),
    }).pipe(map(() => newest));
  }).pipe(ofOpen(zk, 'presence', { operation: 'register', path }));
}

function checked<P>(registration: Registration<P>): Registration<P> {
  const { id, name, port, sslPort } = knownKeys('registration', registration, KEYS);
  checkName(name, 'registration.name');
  if (id !== undefined) checkName(id, 'registration.id');
  if (port !== undefined) integer('registration.port', port, 0, 65535);
  if (sslPort !== undefined) integer('registration.sslPort', sslPort, 0, 65535);
  for (const field of ['address', 'uriSpec', 'enabled'] as const) {
    const value = registration[field];
    if (value !== undefined && !FIELDS[field](value))
      throw new UsageError(`registration.${field}`, 'is of another type');
  }
  return registration;
}
