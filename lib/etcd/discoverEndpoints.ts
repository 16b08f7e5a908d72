import { type Observable, catchError, defer, map, throwError } from 'rxjs';
import { callable, fractions, knownKeys, text } from '../core/check.js';
import { formatEndpoint } from '../core/endpoint.js';
import { UsageError, isCoordinationError } from '../core/errors.js';
import { type SrvLookup, inSrvOrder, srv } from '../transport/srv.js';

/** How the members of a cluster are looked up. */
export interface DiscoverOptions {
  /** Which records: those for TLS, the plain ones, or those for TLS and else the plain ones. Default `'any'`. */
  readonly tls?: boolean | 'any';
  /** Of several clusters in one domain: `_etcd-client-NAME._tcp`. Default: none. */
  readonly service?: string;
  /** Looks one name up. Default: DNS. */
  readonly lookup?: SrvLookup;
  /** Gives numbers from 0 up to, not including, 1: for the order of members. Default `Math.random`. */
  readonly random?: () => number;
}

const LABEL = /^[\w-]+(?:\.[\w-]+)*\.?$/;

/**
 * Looks the members of a cluster up in DNS, by the records `_etcd-client-ssl._tcp` and `_etcd-client._tcp` of a domain.
 *
 * - **Emits** the members as URLs, for `connect` and `connectV2`, and completes.
 * - **Errors** with a `UsageError` about an argument, or a `ConnectError`: `NAME_NOT_FOUND` if there are no records.
 * - **Unsubscribing** gives the question up.
 *
 * @example
 * ```ts
 * import { connectV2, discoverEndpoints } from 'quorum-rx/etcd/v2';
 * import { switchMap } from 'rxjs';
 *
 * discoverEndpoints('example.com')
 *   .pipe(switchMap((endpoints) => connectV2(endpoints)))
 *   .subscribe();
 * ```
 */
export function discoverEndpoints(domain: string, options: DiscoverOptions = {}): Observable<readonly string[]> {
  return defer(() => {
    const { tls = 'any', service, lookup = srv, random = Math.random } = knownKeys('options', options, KEYS);
    label('domain', domain);
    const suffix = service === undefined ? '' : `-${label('options.service', service)}`;
    if (tls !== 'any' && typeof tls !== 'boolean') throw new UsageError('options.tls', "must be true, false or 'any'");
    callable('options.lookup', lookup);
    const drawn = fractions('options.random', random);
    const ask = (kind: string, scheme: string) =>
      lookup(`_etcd-client${kind}${suffix}._tcp.${domain}`).pipe(
        map((records) => inSrvOrder(records, drawn).map((endpoint) => `${scheme}://${formatEndpoint(endpoint)}`))
      );
    const plain = () => ask('', 'http');
    if (tls === false) return plain();
    const secure$ = ask('-ssl', 'https');
    if (tls === true) return secure$;
    return secure$.pipe(
      catchError((error: unknown) => (isCoordinationError(error, 'NAME_NOT_FOUND') ? plain() : throwError(() => error)))
    );
  });
}

const KEYS = ['tls', 'service', 'lookup', 'random'] as const;

function label(argument: string, value: string): string {
  if (LABEL.test(text(argument, value))) return value;
  throw new UsageError(argument, 'must be a name of DNS');
}
