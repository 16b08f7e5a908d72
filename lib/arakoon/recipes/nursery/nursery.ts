import { NEVER, type Observable, concat, defer, filter, finalize, of, takeUntil } from 'rxjs';
import { callable, duration, knownKeys } from '../../../core/check.js';
import type { Arakoon } from '../../client/arakoon.js';
import type { Cluster } from '../../cluster.js';
import { ofOpen } from '../polling.js';
import { ClusterClients } from './clusterClients.js';
import { NurseryBook } from './nurseryBook.js';
import { type NurseryClient, nurseryClient } from './nurseryClient.js';

/** The part of a client that {@link nursery} asks for the configuration. */
export type Keeper<K, V> = Pick<Arakoon<K, V>, 'nursery' | 'codecs' | 'scheduler'> &
  Partial<Pick<Arakoon, 'state$' | 'state'>>;

/** How a nursery is treated. */
export interface NurseryOptions {
  /**
   * Milliseconds for which a request follows keys that move, until it errors with `OUTSIDE_INTERVAL`, and waits for the
   * keeper to learn where a cluster is, until it errors with `PROTOCOL`. Default 15,000.
   */
  readonly patience?: number;
}

/**
 * A nursery: several clusters that divide the keys between them, and move them from one to another. One of them, the
 * keeper, knows the cluster of each key.
 *
 * - **Emits** one {@link NurseryClient}, at once. The configuration is read, and clients are opened, when they are
 *   needed.
 * - **Completes** when the client of the keeper is closed. **Errors** with a `UsageError`.
 * - **Unsubscribing** closes the clients that were opened; the keeper's is the caller's.
 *
 * A request that meets `OUTSIDE_INTERVAL`, which means that nothing was done, reads the configuration again and is sent
 * to where the key is now; in between it waits, 100 ms first and then half as long again each time. So it does while
 * the keeper names a cluster without its addresses, as it does for some seconds after a nursery has begun. **When the
 * link or the master of a cluster is lost**, requests are treated as by its client; so when **the reply is lost**.
 *
 * @example
 * ```ts
 * import { connect, nursery } from 'quorum-rx/arakoon';
 * import { switchMap } from 'rxjs';
 *
 * connect('arakoon://keeper?keeper_0=10.0.0.1:4000').pipe(
 *   switchMap((keeper) => nursery(keeper, (cluster) => connect(cluster))),
 *   switchMap((all) => all.prefix('/users/'))
 * ).subscribe((keys) => console.log(keys));
 * ```
 *
 * @param keeper keys and values are made of what they are made of here
 * @param open makes the client of another cluster: `connect`, with whatever options
 */
export function nursery<K, V>(
  keeper: Keeper<K, V>,
  open: (cluster: Cluster) => Observable<Arakoon>,
  options: NurseryOptions = {}
): Observable<NurseryClient<K, V>> {
  return defer(() => {
    const { patience = 15_000 } = knownKeys('options', options, ['patience']);
    duration('options.patience', patience);
    callable('open', open);
    const clients = new ClusterClients(open);
    const ground = {
      clients,
      book: new NurseryBook(keeper.nursery.getConfig()),
      patience,
      scheduler: keeper.scheduler,
    };
    const { state$ = NEVER } = keeper;
    const closed$ = state$.pipe(filter(({ kind }) => kind === 'closed'));
    return concat(of(nurseryClient(ground, keeper.codecs)), NEVER).pipe(
      takeUntil(closed$),
      finalize(() => clients.end())
    );
  }).pipe(ofOpen(keeper, 'presence', () => ({ operation: 'nursery' })));
}
