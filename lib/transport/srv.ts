import { Resolver } from 'node:dns';
import { Observable } from 'rxjs';
import type { Endpoint } from '../core/endpoint.js';
import { ConnectError } from '../core/errors.js';

/** A server that a name of DNS leads to (RFC 2782). */
export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** Looks a name up. **Emits** its records once. **Errors** if there are none. */
export type SrvLookup = (name: string) => Observable<readonly SrvRecord[]>;

/** The resolver's words for a name without such records. */
const NOTHING: ReadonlySet<string | undefined> = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Looks the SRV records of a name up, such as `_etcd-client._tcp.example.com`.
 *
 * - **Emits** the records once, and completes.
 * - **Errors** with a `ConnectError`: `NAME_NOT_FOUND` where there are none, else `CONNECT_FAILED`.
 * - **Unsubscribing** gives the question up.
 */
export function srv(name: string): Observable<readonly SrvRecord[]> {
  return new Observable((subscriber) => {
    const resolver = new Resolver();
    resolver.resolveSrv(name, (error, records) => {
      if (error === null) {
        subscriber.next(records);
        return subscriber.complete();
      }
      const code = NOTHING.has(error.code) ? 'NAME_NOT_FOUND' : 'CONNECT_FAILED';
      subscriber.error(new ConnectError(`${name}: no SRV records: ${error.message}`, { code, cause: error }));
    });
    return () => resolver.cancel();
  });
}

/**
 * The servers in the order in which they are to be tried: by priority, and among equals by chance, where the weight is
 * the chance.
 *
 * @param random gives numbers from 0 up to, not including, 1
 */
export function inSrvOrder(records: readonly SrvRecord[], random: () => number): Endpoint[] {
  const rest = records.toSorted((a, b) => a.priority - b.priority || a.weight - b.weight);
  const order: Endpoint[] = [];
  while (rest.length > 0) {
    const equals = rest.filter(({ priority }) => priority === rest[0]!.priority);
    let ticket = random() * equals.reduce((sum, { weight }) => sum + weight, 0);
    const drawn = equals.find(({ weight }) => (ticket -= weight) < 0) ?? equals[0]!;
    rest.splice(rest.indexOf(drawn), 1);
    order.push({ host: drawn.name.replace(/\.$/, ''), port: drawn.port });
  }
  return order;
}
