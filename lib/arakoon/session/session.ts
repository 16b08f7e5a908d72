import { type Observable, ReplaySubject, Subject, defer, finalize, merge, mergeMap, takeUntil } from 'rxjs';
import { Meter } from '../../client/meter.js';
import type { ClientStats } from '../../client/clientStats.js';
import type { CoordinationError, UsageError } from '../../core/errors.js';
import { Trouble } from '../../core/trouble.js';
import type { Addresses } from '../cluster.js';
import type { Settings } from '../options.js';
import type { Diagnostic } from '../types.js';
import { type Exchange, exchangeOver } from './exchange.js';
import type { CallSink } from './clientContext.js';
import { Mastership } from './mastership.js';
import { ClusterStreams } from './clusterStreams.js';
import { Router, type RouterBase } from './router.js';

/** A client's connections, and who is master. Nothing happens before {@link life$} is subscribed to, once. */
export class Session implements RouterBase {
  readonly cluster: string;
  readonly addresses: Addresses;
  readonly settings: Settings;
  readonly meter: Meter;
  readonly streams: ClusterStreams;
  readonly trouble = new Trouble();
  /** Calls that wait for a connection to the node that is to answer them. */
  parked = 0;
  readonly router: Router;
  /** Its own requests have no filters. */
  readonly exchange: Exchange;
  /**
   * The session's whole life. **Emits** nothing. **Completes** when it was closed. **Errors** when it cannot go on.
   * **Unsubscribing** closes it too.
   */
  readonly life$: Observable<never>;
  readonly #mastership: Mastership;
  readonly #work$ = new Subject<Observable<never>>();
  readonly #close$ = new ReplaySubject<void>(1);
  readonly #ended$ = new ReplaySubject<void>(1);
  readonly #failure$ = new Subject<never>();
  #failure: UsageError | undefined;

  constructor(cluster: string, addresses: Addresses, settings: Settings) {
    this.cluster = cluster;
    this.addresses = addresses;
    this.settings = settings;
    this.meter = new Meter('arakoon', settings.scheduler);
    this.streams = new ClusterStreams(this.meter);
    this.router = new Router(this);
    this.exchange = exchangeOver(this.router);
    this.#mastership = new Mastership(this.router, this.exchange, settings, this.streams, this.trouble);
    const work$ = this.#work$.pipe(mergeMap((each$) => each$));
    this.life$ = defer(() => merge(this.#failure$, work$, this.#mastership.life$)).pipe(
      takeUntil(this.#close$),
      finalize(() => this.#end())
    );
  }

  get calls(): CallSink {
    return this.router;
  }

  stats(): ClientStats {
    const { waiting, underWay } = this.router;
    return this.meter.stats({ underWay: underWay - waiting, queued: waiting });
  }

  suspect(node: string, error: CoordinationError, named?: string): void {
    this.#mastership.doubt(node, error, named);
  }

  probe(node: string): Observable<unknown> {
    return this.#mastership.ask(node, this.settings.connectTimeout);
  }

  tell(diagnostic: Diagnostic): void {
    this.streams.tell(diagnostic);
  }

  fail(error: UsageError): void {
    this.#failure ??= error;
    this.#failure$.error(error);
  }

  start(work$: Observable<never>): void {
    this.#work$.next(work$);
  }

  /** Ends {@link life$}. **Emits** when all is over. */
  close(): Observable<void> {
    this.#close$.next();
    return this.#ended$;
  }

  #end(): void {
    this.router.close(this.#failure);
    this.streams.end();
    this.#ended$.next();
    this.#ended$.complete();
  }
}
