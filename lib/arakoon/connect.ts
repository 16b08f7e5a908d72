import { type Observable, defer, map } from 'rxjs';
import { openingOf } from '../client/openingOf.js';
import { UsageError } from '../core/errors.js';
import type { Arakoon } from './client/arakoon.js';
import { PLAIN, createClient } from './client/createClient.js';
import { type Cluster, addressesOf } from './cluster.js';
import { isClusterUrl, parseClusterUrl } from './clusterUrl.js';
import type { Opening } from '../client/owned.js';
import { type ConnectOptions, settingsOf } from './options.js';
import { Session } from './session/session.js';

/**
 * Connects to an Arakoon cluster, for as long as you are subscribed.
 *
 * - **Emits** the client, at once: requests wait for a master. It stays the same when the master changes.
 * - **Completes** when the client is closed with `close()`.
 * - **Errors** with a `UsageError` about an argument, also later, when the `transport` proves to be invalid. A cluster
 *   that cannot be reached is no error: it is tried again.
 * - **Unsubscribing** closes all connections.
 *
 * **Each subscription makes a client of its own.** To use one in many places, share the Observable with RxJS's
 * `share({ connector: () => new ReplaySubject(1) })`, or own a client with `open`.
 *
 * @example
 * ```ts
 * import { connect } from 'quorum-rx/arakoon';
 * import { concatMap } from 'rxjs';
 *
 * const nodes = { arakoon_0: ['10.0.0.1:4000'], arakoon_1: ['10.0.0.2:4000'], arakoon_2: ['10.0.0.3:4000'] };
 * const cluster = { id: 'ricky', nodes };
 * connect(cluster)
 *   .pipe(concatMap((arakoon) => arakoon.get('/config')))
 *   .subscribe((bytes) => console.log(bytes.length));
 * ```
 *
 * @param cluster its id and its nodes, `fromIni(text)`, or a URL as in `arakoon://ricky?arakoon_0=10.0.0.1:4000`
 */
export function connect(cluster: Cluster | string, options: ConnectOptions = {}): Observable<Arakoon> {
  return opening(cluster, options).pipe(map(({ client }) => client));
}

/** As {@link connect}, with the reason why there is no master yet. */
export function opening(cluster: Cluster | string, options: ConnectOptions): Observable<Opening<Arakoon>> {
  return defer(() => {
    const settings = settingsOf(options);
    const chosen = clusterOf(cluster);
    const addresses = addressesOf(chosen);
    if ('tls' in chosen && options.tls === undefined && options.transport === undefined)
      throw new UsageError(
        'options.tls',
        'is needed: the configuration of the cluster says that its servers speak TLS'
      );
    return openingOf(
      () => new Session(chosen.id, addresses, settings),
      (session, close) => createClient({ session, cluster: chosen, filters: settings.use, close }, PLAIN, {})
    );
  });
}

function clusterOf(cluster: Cluster | string): Cluster {
  if (typeof cluster !== 'string') return cluster;
  if (isClusterUrl(cluster)) return parseClusterUrl(cluster);
  throw new UsageError('cluster', 'must be { id, nodes }, or begin with arakoon://');
}
