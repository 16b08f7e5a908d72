import {
  BehaviorSubject,
  EMPTY,
  type Observable,
  ReplaySubject,
  Subject,
  defer,
  finalize,
  ignoreElements,
  merge,
  mergeMap,
  race,
  repeat,
  switchMap,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import { Diagnostics } from '../../../client/diagnostics.js';
import { Meter } from '../../../client/meter.js';
import { StateFeed } from '../../../client/stateFeed.js';
import { type Endpoint, formatEndpoint } from '../../../core/endpoint.js';
import type { ClientStats } from '../../../client/clientStats.js';
import { type CoordinationError, UsageError } from '../../../core/errors.js';
import { GoneAway, TOO_OFTEN } from '../../../core/http2Link.js';
import { Trouble } from '../../../core/trouble.js';
import type { EtcdTransport, Settings } from '../options.js';
import type { Diagnostic, EtcdState } from '../../types.js';
import { type ConnectionBase, connection } from './connection.js';
import { type Exchange, exchangeOver, withFilters } from './exchange.js';
import type { HeartbeatTimes } from './heartbeat.js';
import type { MemberLink } from './memberLink.js';
import { Members } from './members.js';
import { Router, type RouterBase, isUnfit } from './router.js';
import { Tokens, isRefusedUser, refusedUser } from './tokens.js';

/** Milliseconds that a client takes, when it closes, to give its leases back. */
const FAREWELL = 1000;
/** Milliseconds between two signs of life, at most, however often servers complain. */
const SLOWEST = 600_000;

/**
 * A client's connection, to one member after the other. Nothing happens before {@link life$} is subscribed to, once.
 */
export class Session implements RouterBase, ConnectionBase {
  readonly settings: Settings;
  readonly transport: EtcdTransport;
  readonly endpoints: readonly Endpoint[];
  readonly trouble = new Trouble();
  readonly meter: Meter;
  readonly tokens: Tokens;
  readonly router: Router;
  readonly exchange: Exchange;
  readonly states: StateFeed<EtcdState>;
  /** The connection that takes requests: now, and after every change. Completes when the client is closed. */
  readonly link$: Observable<MemberLink | undefined>;
  readonly avoided$: Observable<{ readonly link: MemberLink; readonly error: CoordinationError }>;
  readonly diagnostics$: Observable<Diagnostic>;
  /**
   * The session's whole life. **Emits** nothing. **Completes** when it was closed. **Errors** with a `UsageError` when
   * it cannot go on. **Unsubscribing** closes it too.
   */
  readonly life$: Observable<never>;
  readonly #members: Members;
  readonly #links$ = new BehaviorSubject<MemberLink | undefined>(undefined);
  readonly #avoided$ = new Subject<{ readonly link: MemberLink; readonly error: CoordinationError }>();
  readonly #diagnostics: Diagnostics<Diagnostic>;
  readonly #work$ = new Subject<Observable<never>>();
  readonly #over$ = new Subject<void>(); // the connection takes no more requests
  readonly #close$ = new ReplaySubject<void>(1);
  readonly #ended$ = new ReplaySubject<void>(1);
  readonly #failure$ = new Subject<never>();
  #failure: UsageError | undefined;
  #every: number; // milliseconds between two signs of life

  /** @param host the session that hears the diagnostics of this one, and counts its requests */
  constructor(
    endpoints: readonly Endpoint[],
    settings: Settings,
    transport: EtcdTransport,
    meter = new Meter('etcd', settings.scheduler),
    host?: Session
  ) {
    this.meter = host?.meter ?? meter;
    const own = host === undefined ? meter : undefined;
    this.states = new StateFeed<EtcdState>({ kind: 'connecting' }, own);
    this.#diagnostics = new Diagnostics(own);
    this.settings = settings;
    this.transport = transport;
    this.endpoints = endpoints;
    this.#every = settings.heartbeat;
    this.#members = new Members(endpoints, settings);
    this.tokens = new Tokens(settings);
    this.router = new Router(this);
    this.exchange = withFilters(exchangeOver(this.router), settings.use);
    this.link$ = this.#links$.asObservable();
    this.avoided$ = this.#avoided$.asObservable();
    this.diagnostics$ = this.#diagnostics.all$;
    const work$ = this.#work$.pipe(mergeMap((each$) => each$));
    this.life$ = defer(() => merge(this.#failure$, work$, this.#connections())).pipe(
      takeUntil(this.#close$),
      finalize(() => this.#end())
    );
  }

  /** The connection that takes requests. */
  get link(): MemberLink | undefined {
    return this.#links$.value;
  }

  get heartbeatTimes(): HeartbeatTimes {
    return { every: this.#every, patience: this.settings.connectTimeout };
  }

  start(work$: Observable<never>): void {
    this.#work$.next(work$);
  }

  tell(diagnostic: Diagnostic): void {
    this.#diagnostics.tell(diagnostic);
  }

  avoid(link: MemberLink, error: CoordinationError): void {
    if (link === this.link) this.#avoided$.next({ link, error });
  }

  /** A stream to this member has failed: another member is asked, if this one cannot serve. */
  doubt(link: MemberLink, error: CoordinationError): void {
    if (isUnfit(error) || error.layer === 'protocol') this.avoid(link, error);
  }

  begins(link: MemberLink): void {
    this.#members.begins();
    this.trouble.over();
    this.meter.connected(link.endpoint);
    if (link.token !== undefined) this.tell({ kind: 'authenticated', endpoint: link.endpoint });
    this.states.become({ kind: 'connected', endpoint: link.endpoint });
    this.#links$.next(link);
    this.router.connected(link);
  }

  ends(endpoint: Endpoint, error: CoordinationError, link: MemberLink | undefined): void {
    if (error instanceof UsageError) return this.#fail(error);
    if (error instanceof GoneAway && error.reason === TOO_OFTEN)
      this.#every = Math.max(this.#every, Math.min(this.#every * 2, SLOWEST));
    this.trouble.failed(formatEndpoint(endpoint), error);
    this.tell({ kind: 'link-lost', endpoint, error, established: link !== undefined });
    this.#members.ends();
    this.router.connected(undefined);
    this.states.become({ kind: 'connecting', cause: error });
    this.#links$.next(undefined);
    if (isRefusedUser(error)) this.router.refuse(({ context }) => refusedUser(error, context));
    this.#over$.next();
  }

  stats(): ClientStats {
    const { waiting: queued, underWay } = this.router;
    return this.meter.stats({ underWay: underWay - queued, queued });
  }

  /** Ends {@link life$}, once the leases are given back. **Emits** when all is over. */
  close(): Observable<void> {
    if (!this.router.over) {
      const parts = this.router.partWith(() => this.states.end({ kind: 'closed' }));
      if (!parts) this.#close$.next();
      else this.start(this.#farewell());
    }
    return this.#ended$;
  }

  /** Waits for the last requests. */
  #farewell(): Observable<never> {
    return race(this.router.parted$, timer(FAREWELL, this.settings.scheduler)).pipe(
      take(1),
      tap(() => this.#close$.next()),
      ignoreElements()
    );
  }

  /** Connections that take requests, one after the other. */
  #connections(): Observable<never> {
    const { scheduler } = this.settings;
    return defer(() => {
      const { delay, current } = this.#members;
      if (delay > 0) this.tell({ kind: 'waiting', delay });
      return timer(delay, scheduler).pipe(
        switchMap(() => merge(this.#over$, this.#dial(current))),
        take(1),
        ignoreElements()
      );
    }).pipe(repeat());
  }

  /** Starts a connection, which may last longer than it takes requests. Completes at once. */
  #dial(endpoint: Endpoint): Observable<never> {
    return defer(() => {
      this.tell({ kind: 'dialing', endpoint });
      this.start(connection(this, endpoint));
      return EMPTY;
    });
  }

  #fail(error: UsageError): void {
    this.#failure ??= error;
    this.#failure$.error(error);
  }

  #end(): void {
    this.router.close(this.#failure);
    this.states.end({ kind: 'closed' });
    this.#links$.complete();
    this.#diagnostics.end();
    this.#ended$.next();
    this.#ended$.complete();
  }
}
