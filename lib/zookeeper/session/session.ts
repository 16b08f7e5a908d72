import { EMPTY, NEVER, type Observable, ReplaySubject, Subject, catchError, concat, concatMap, defer, filter, finalize, ignoreElements, map, merge, mergeMap, of, retry, switchMap, take, takeUntil, tap, throwError, timeout, timer } from 'rxjs';
import { backoff } from '../../core/backoff.js';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import { ConnectError, ConnectionLostError, CoordinationError, ProtocolError, SessionError, UsageError } from '../../core/errors.js';
import type { Link } from '../../core/link.js';
import type { Identity, Settings, Ticket } from '../options.js';
import type { NodeEvent } from '../protocol/event.js';
import type { ConnectResponse } from '../protocol/handshake.js';
import { closeSession } from '../protocol/ops/session.js';
import type { LostReason } from '../sessionState.js';
import { admit } from './admission.js';
import { lost, over } from './call.js';
import { Channel } from './channel.js';
import { heartbeat } from './heartbeat.js';
import { Hosts } from './hosts.js';
import { News } from './news.js';
import { Outbox } from './outbox.js';
import { readWriteSearch } from './readWriteSearch.js';
import { SessionRecord, lossOf } from './sessionRecord.js';
import { type Entry, WatchRegistry } from './watchRegistry.js';
import { armed, disarmed, rearm } from './watchWire.js';

/** A link that ended sooner than this after it stood counts as a failure: no busy loop with a broken server. */
const STABLE = 1000;
/** How often every server must have hung up without a word until that is taken for a loss of data. */
const ROUNDS_UNTIL_LOSS = 3;

/** Somebody who must know, before any subscriber, how the session fares. None of these may throw. */
export interface SessionListener {
  suspended(): void;
  /** Watches are set again, and what they had to tell has been told. */
  resumed(): void;
  /** The session is over for good; `undefined`: it was closed. */
  ended(error: CoordinationError | undefined): void;
}

/**
 * The session loop: dials, gets admitted, serves, and begins anew when the link or the session is lost. Nothing happens
 * before {@link life$} is subscribed to, once.
 */
export class Session {
  readonly outbox = new Outbox();
  readonly watches: WatchRegistry;
  readonly listeners = new Set<SessionListener>();
  readonly news: News;
  /**
   * The session's whole life. **Emits** nothing. **Completes** when it was closed. **Errors** with a `SessionError` when it
   * is over and no new one is to follow, or with a `UsageError` about the list of servers.
   */
  readonly life$: Observable<never>;
  readonly #settings: Settings;
  readonly #record: SessionRecord;
  readonly #identities: Identity[];
  readonly #close$ = new ReplaySubject<{ readonly detach: boolean }>(1);
  readonly #ended$ = new ReplaySubject<void>(1);
  readonly #listed$ = new ReplaySubject<void>(1);
  readonly #drop$ = new Subject<CoordinationError>();
  #hosts: Hosts | undefined;
  #preferred: Endpoint | undefined;
  #endpoint: Endpoint | undefined;
  #channel: Channel | undefined;
  #establishedAt = 0;
  #failures = 0; // links in a row that broke before they were stable
  #hungUp = 0; // attempts in a row that a server ended without a word
  #closing = false;

  constructor(servers$: Observable<readonly Endpoint[]>, settings: Settings) {
    this.#settings = settings;
    this.#record = new SessionRecord(settings);
    this.#identities = [...settings.auth];
    this.news = new News({ kind: 'connecting', epoch: this.#record.epoch });
    this.watches = new WatchRegistry({ arm: (entry) => this.#arm(entry), disarm: (entry) => this.#disarm(entry) });
    const list$ = servers$.pipe(tap((list) => this.#relist(list)), ignoreElements());
    const epochs$ = this.#listed$.pipe(take(1), switchMap(() => this.#epochs()));
    this.life$ = merge(list$, epochs$).pipe(
      takeUntil(this.#farewell()),
      tap({ error: (error: CoordinationError) => this.#end(error), complete: () => this.#end(undefined) })
    );
  }

  /** What takes this session up again. */
  get ticket(): Ticket {
    this.#note();
    return this.#record.ticket;
  }

  /** The server that is or was last connected to. */
  get endpoint(): Endpoint | undefined {
    return this.#endpoint;
  }

  /** Ends {@link life$}: with the session on the server, unless it is to be left to itself. Emits when all is over. */
  close(detach: boolean): Observable<void> {
    if (!this.#closing) {
      this.#closing = true;
      this.outbox.close(over('CLOSED', 'the client was closed'));
      this.#close$.next({ detach });
    }
    return this.#ended$;
  }

  /** Holds an identity on this and on every later connection. **Emits** once a server has accepted it. */
  addIdentity(identity: Identity): Observable<void> {
    return defer(() => {
      this.#identities.push(identity);
      const presented$ = this.news.state$.pipe(filter(({ kind }) => kind === 'connected'), take(1), map(() => undefined));
      if (this.#channel === undefined) return presented$;
      return this.#channel.authenticate(identity.scheme, identity.auth).pipe(catchError((error: unknown) => (lossOf(error) ? throwError(() => error) : presented$)));
    });
  }

  /** Sessions, one after the other. */
  #epochs(): Observable<never> {
    return defer(() => merge(this.#links(), this.#expiry())).pipe(retry({ delay: (error: unknown) => this.#renewal(error) }));
  }

  /** Links of one session, one after the other. */
  #links(): Observable<never> {
    return defer(() => this.#attempt()).pipe(retry({ delay: (error: unknown) => (lossOf(error) ? throwError(() => error) : this.#pause()) }));
  }

  /** One link: from dialing to its end, which is always an error. */
  #attempt(): Observable<never> {
    const { transport, scheduler, connectTimeout } = this.#settings;
    const endpoint = this.#preferred ?? this.#hosts!.next();
    this.#preferred = undefined;
    this.#endpoint = endpoint;
    this.news.diagnose({ kind: 'dialing', endpoint });
    const admitted$ = new Subject<void>();
    const budget = connectTimeout ?? Math.min(10_000, Math.max(1000, this.#record.timeout / this.#hosts!.size));
    const tooLate$ = timer(budget, scheduler).pipe(
      takeUntil(admitted$),
      map(() => raise(new ConnectError(`no session with ${formatEndpoint(endpoint)} within ${Math.round(budget)} ms`, { code: 'TIMEOUT' })))
    );
    const link$ = transport(endpoint).pipe(switchMap((link) => this.#serve(link, endpoint, admitted$)));
    return merge(tooLate$, this.#drop$.pipe(map(raise)), link$).pipe(
      catchError((error: unknown) => throwError(() => this.#fell(asCoordinationError(error), endpoint)))
    );
  }

  #serve(link: Link, endpoint: Endpoint, admitted$: Subject<void>): Observable<never> {
    const { maxRequestBytes: request, maxReplyBytes: reply, maxInFlight: inFlight, coalesce, scheduler } = this.#settings;
    const channel = new Channel(link, { request, reply, inFlight, coalesce }, () => scheduler.now());
    const events$ = channel.event$.pipe(tap((event) => this.#happened(event)), ignoreElements());
    const chunks$ = link.chunk$.pipe(tap((chunk) => channel.receive(chunk)), ignoreElements());
    const drains$ = link.drain$.pipe(tap(() => channel.sender.drained()), ignoreElements());
    const end$ = defer(() => raise(new ConnectionLostError('the server closed the connection')));
    const serving$ = admit(channel, endpoint, this.#record.request(this.#settings), this.#settings).pipe(
      tap((response) => {
        this.#admitted(channel, response);
        admitted$.next();
      }),
      concatMap((response) => merge(heartbeat(channel, response.timeout, scheduler), this.#resume(channel, response, endpoint)))
    );
    return merge(events$, drains$, concat(chunks$, end$), serving$).pipe(
      catchError((error: unknown) => {
        this.#cut(channel, asCoordinationError(error));
        throw error;
      }),
      finalize(() => this.#cut(channel, new ConnectionLostError('the link was given up')))
    );
  }

  #admitted(channel: Channel, response: ConnectResponse): void {
    this.#record.admitted(response);
    this.#channel = channel;
    this.#hungUp = 0;
  }

  /** Presents identities, sets the watches again, and then lets the users' requests out. */
  #resume(channel: Channel, { readOnly, timeout: granted, id }: ConnectResponse, endpoint: Endpoint): Observable<never> {
    const proofs$ = merge(...this.#identities.map(({ scheme, auth }) => channel.authenticate(scheme, auth))).pipe(ignoreElements());
    const watches$ = rearm(channel, this.watches, this.#record.zxid, (watches, requests) => {
      if (watches > 0) this.news.diagnose({ kind: 'rearmed', watches, requests });
    });
    const open$ = defer(() => {
      this.#establishedAt = this.#settings.scheduler.now();
      this.#hosts!.connected();
      const { epoch } = this.#record;
      this.news.become({ kind: 'connected', epoch, id, endpoint, timeout: granted, readOnly, version: channel.sender.version });
      for (const listener of [...this.listeners]) listener.resumed();
      channel.open(this.outbox);
      return readOnly ? this.#search() : NEVER;
    });
    return concat(proofs$, watches$, open$);
  }

  #search(): Observable<never> {
    const hosts = this.#hosts!;
    return readWriteSearch(() => hosts.next(), this.#settings).pipe(
      map((found) => {
        this.#preferred = found;
        return raise(new ConnectionLostError('a server with a quorum was found'));
      })
    );
  }

  /** The link is gone: first the state says so, then whoever waited learns of it. */
  #cut(channel: Channel, error: CoordinationError): void {
    if (channel.ended) return;
    if (this.#channel === channel) {
      this.#note();
      this.#channel = undefined;
      this.#record.deadline = channel.pulse.acknowledged + this.#record.timeout;
      const { epoch, id, deadline } = this.#record;
      if (!this.#closing) this.news.become({ kind: 'suspended', epoch, id, deadline, cause: error });
      for (const listener of [...this.listeners]) listener.suspended();
    }
    channel.end(error);
    const all = this.#settings.offline === 'fail';
    this.outbox.fail(lost(error), ({ batch }) => all || batch?.started === true);
  }

  /** An attempt has failed, or a link has ended: what it means for the session. */
  #fell(error: CoordinationError, endpoint: Endpoint): CoordinationError {
    const established = this.#establishedAt > 0;
    this.news.diagnose({ kind: 'link-lost', endpoint, error, established });
    const stable = established && this.#settings.scheduler.now() - this.#establishedAt >= STABLE;
    this.#failures = stable ? 0 : this.#failures + 1;
    this.#establishedAt = 0;
    if (lossOf(error)) return error;
    if (this.#record.local) return new SessionError('REPLACED', 'the session stood with a read-only server alone');
    const silent = !established && error instanceof ConnectionLostError && this.#record.seen > 0n;
    this.#hungUp = silent ? this.#hungUp + 1 : 0;
    return this.#hungUp > 0 && this.#hungUp % this.#hosts!.size === 0 ? this.#zxidAhead(error) : error;
  }

  /** Every server has hung up on us in turn: they are behind what we have seen. */
  #zxidAhead(error: CoordinationError): CoordinationError {
    this.news.diagnose({ kind: 'zxid-ahead', zxid: this.#record.seen });
    if (this.#settings.onDataLoss === 'wait' || this.#hungUp < this.#hosts!.size * ROUNDS_UNTIL_LOSS) return error;
    this.#record.seen = this.#record.zxid = 0n;
    return new SessionError('EXPIRED', 'the servers have lost what this session has seen', 'none', { cause: DATA_LOSS });
  }

  /** The wait before the next attempt: none to other servers, and longer with each round in vain. */
  #pause(): Observable<unknown> {
    const { backoff: bounds, random, scheduler } = this.#settings;
    const round = this.#hosts!.roundOver ? this.#hosts!.round : 0;
    const attempt = Math.max(round, this.#failures > 1 ? Math.ceil(this.#failures / this.#hosts!.size) : 0);
    const delay = attempt === 0 ? 0 : backoff(attempt, bounds, random);
    if (delay > 0) this.news.diagnose({ kind: 'waiting', delay });
    return timer(delay, scheduler);
  }

  /** Declares the session lost when no server can be reached for as long as it lasts without one. */
  #expiry(): Observable<never> {
    const { scheduler } = this.#settings;
    return this.news.state$.pipe(
      switchMap((state) => (state.kind === 'suspended' ? timer(Math.max(0, state.deadline - scheduler.now()), scheduler) : NEVER)),
      map(() => raise(new SessionError('EXPIRED', 'no server could be reached for as long as the session lasts')))
    );
  }

  /** The session is over; emits when a new one may begin. */
  #renewal(error: unknown): Observable<unknown> {
    const loss = lossOf(error);
    if (loss === undefined) return throwError(() => error);
    const { local, epoch, id } = this.#record;
    const reason: LostReason = (error as SessionError).cause === DATA_LOSS ? 'data-loss' : loss;
    this.#record.forget();
    if (id !== 0n) this.news.become({ kind: 'lost', epoch, id, reason });
    const final = loss === 'auth-failed' || (this.#settings.onExpiry === 'error' && !local);
    if (final) return throwError(() => error);
    if (!local) this.outbox.fail(over('EXPIRED', 'the session has expired'));
    this.news.become({ kind: 'connecting', epoch });
    return timer(0, this.#settings.scheduler);
  }

  /** Emits when closing is over, as far as the server is concerned. */
  #farewell(): Observable<unknown> {
    const { closeTimeout, scheduler } = this.#settings;
    return this.#close$.pipe(
      mergeMap(({ detach }) => {
        if (detach || this.#channel === undefined) return of(undefined);
        const goodbye$ = this.#channel.request(closeSession, undefined).pipe(timeout({ each: closeTimeout, scheduler }), catchError(() => EMPTY), ignoreElements());
        return concat(goodbye$, of(undefined));
      })
    );
  }

  #end(error: CoordinationError | undefined): void {
    this.#closing = true;
    const code = error instanceof SessionError ? error.code : 'CLOSED';
    this.outbox.close(over(code, error?.message ?? 'the client was closed'));
    for (const listener of [...this.listeners]) listener.ended(error);
    this.news.end(this.#record.epoch);
    this.#ended$.next();
    this.#ended$.complete();
  }

  #relist(list: readonly Endpoint[]): void {
    if (list.length === 0) throw new UsageError('servers', 'must name at least one server');
    if (this.#hosts === undefined) {
      this.#hosts = new Hosts(list, this.#settings.random);
      this.#listed$.next();
    } else if (this.#hosts.update(list, this.#endpoint)) {
      this.#drop$.next(new ConnectionLostError('the list of servers has changed'));
    }
  }

  #happened(event: NodeEvent): void {
    if (event.zxid !== undefined) this.#record.saw(event.zxid, false);
    this.watches.dispatch(event);
    this.news.happened(event);
  }

  #note(): void {
    if (this.#channel !== undefined) this.#record.saw(this.#channel.zxid, true);
  }

  #arm(entry: Entry): void {
    if (this.#channel !== undefined) armed(this.#channel, entry).pipe(catchError(() => EMPTY)).subscribe(); // with the link it is lost, and set again with the next
  }

  #disarm({ path }: Entry): void {
    if (this.#channel !== undefined) disarmed(this.#channel, path).subscribe();
  }
}

const DATA_LOSS = Symbol('data loss');

function raise(error: CoordinationError): never {
  throw error;
}

/** What breaks a link is ours to name; anything else would be a defect of this library, and is shown as what it did. */
function asCoordinationError(error: unknown): CoordinationError {
  return error instanceof CoordinationError ? error : new ProtocolError(`cannot go on: ${String(error)}`, { cause: error });
}
