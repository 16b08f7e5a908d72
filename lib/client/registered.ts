import { randomUUID } from 'node:crypto';
import { type Observable, isObservable, map, of } from 'rxjs';
import { integer, knownKeys } from '../core/check.js';
import { UsageError } from '../core/errors.js';
import { FIELDS, type ServiceInstance, serviceInstance } from '../core/serviceInstance.js';

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

/** Refuses a text that cannot be part of the name of a node or a key. */
type CheckName = (name: string, argument: string) => unknown;

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
 * Offers an instance. **Emits** it, with its newest payload, whenever `keep` emits. Throws a `UsageError` about an
 * argument.
 *
 * @param keep keeps a node or a key for this service and this id, always with the newest data
 */
export function registered<P>(
  registration: Registration<P>,
  registrationTimeUTC: number,
  checkName: CheckName,
  keep: (name: string, id: string, data$: Observable<Uint8Array>) => Observable<unknown>
): Observable<ServiceInstance<P>> {
  const {
    name,
    id = randomUUID(),
    address = null,
    port = null,
    sslPort = null,
    payload = null as P,
    uriSpec = null,
    enabled = true,
  } = checked(registration, checkName);
  const payload$ = isObservable(payload) ? payload : of(payload);
  const codec = serviceInstance<P>();
  let instance: ServiceInstance<P>;
  const data$ = payload$.pipe(
    map((newest) => {
      instance = {
        name,
        id,
        address,
        port,
        sslPort,
        payload: newest,
        registrationTimeUTC,
        serviceType: 'DYNAMIC',
        uriSpec,
        enabled,
      };
      return codec.encode(instance)!;
    })
  );
  return keep(name, id, data$).pipe(map(() => instance));
}

function checked<P>(registration: Registration<P>, checkName: CheckName): Registration<P> {
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
