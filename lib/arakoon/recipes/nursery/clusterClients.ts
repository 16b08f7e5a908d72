import { type Observable, ReplaySubject, Subject, defer, share, take, takeUntil, throwError, throwIfEmpty } from 'rxjs';
import { formatEndpoint } from '../../../core/endpoint.js';
import { ProtocolError, SessionError } from '../../../core/errors.js';
import type { Arakoon } from '../../client/arakoon.js';
import type { Cluster } from '../../cluster.js';
import type { NurseryConfig } from '../../protocol/nurseryConfig.js';

/**
 * The keeper names a cluster and does not say where that is: it does not know yet, for some seconds after a nursery has
 * begun.
 */
export class Unlisted extends ProtocolError {
  constructor(cluster: string) {
    super(`the nursery does not say where the cluster ${cluster} is`, { effect: 'none' });
  }
}

/** Clients of the clusters of a nursery: opened when they are first needed, and held to the end. */
export class ClusterClients {
  readonly #open: (cluster: Cluster) => Observable<Arakoon>;
  // by where the cluster is: one that has moved gets another
  readonly #clients = new Map<string, Observable<Arakoon>>();
  readonly #end$ = new Subject<void>();

  constructor(open: (cluster: Cluster) => Observable<Arakoon>) {
    this.#open = open;
  }

  /** **Emits** the client of a cluster, once. **Errors** with {@link Unlisted}, or as opening it does. */
  of(id: string, { clusters }: NurseryConfig): Observable<Arakoon> {
    const nodes = Object.hasOwn(clusters, id) ? clusters[id] : undefined;
    if (nodes === undefined) return throwError(() => new Unlisted(id));
    const addresses = Object.entries(nodes).map(
      ([name, { hosts, port }]) => [name, hosts.map((host) => formatEndpoint({ host, port }))] as const
    );
    return this.#client({ id, nodes: Object.fromEntries(addresses) });
  }

  /** Closes them all. */
  end(): void {
    this.#end$.next();
  }

  #client(cluster: Cluster): Observable<Arakoon> {
    const place = JSON.stringify(cluster);
    const client$ =
      this.#clients.get(place) ??
      defer(() => this.#open(cluster)).pipe(
        takeUntil(this.#end$),
        share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: false })
      );
    this.#clients.set(place, client$);
    return client$.pipe(
      take(1),
      throwIfEmpty(() => new SessionError('CLOSED', 'the nursery was closed'))
    );
  }
}
