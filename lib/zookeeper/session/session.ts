import {
  EMPTY,
  NEVER,
  type Observable,
  ReplaySubject,
  Subject,
  catchError,
  concat,
  defer,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  retry,
  switchMap,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { linkLost, sessionOver } from '../../client/callErrors.js';
import { Deadlines } from '../../client/deadlines.js';
import type { Endpoint } from '../../core/endpoint.js';
import { ConnectionLostError, type CoordinationError, SessionError } from '../../core/errors.js';
import type { HeldIdentity, Settings, SessionTicket } from '../options.js';
import type { NodeEvent } from '../protocol/event.js';
import type { ConnectRequest, ConnectResponse } from '../protocol/handshake.js';
import type { Version } from '../types.js';
import { ReconnectPolicy, reasonOf } from './reconnectPolicy.js';
import type { Channel } from './channel.js';
import { Identities } from './identities.js';
import { SessionStreams } from './sessionStreams.js';
import { Outbox } from './outbox.js';
import { findWritableServer } from './findWritableServer.js';
import { farewell, localExpiry, tooLate } from './expiryAndClose.js';
import { serverLists } from './serverLists.js';
import { ServerVersions } from './serverVersions.js';
import type { SessionListener } from './sessionListener.js';
import { SessionRecord, isMistake, lossOf } from './sessionRecord.js';
import { type Entry, WatchRegistry } from './watchRegistry.js';
import { armed, disarmed, restoreWatches } from './restoreWatches.js';
import { type Visitor, visit } from './visit.js';

/**
 * The session loop: dials, gets admitted, serves, and begins anew when the link or the session is lost. Nothing happens
 * before {@link life$} is subscribed to, once.
 */
export class Session {
  readonly outbox: Outbox;
  readonly watches: WatchRegistry;
  /** The timeouts of requests. */
  readonly deadlines: Deadlines;
  readonly listeners = new Set<SessionListener>();
  readonly streams: SessionStreams;
  /**
   * The session's whole life. **Emits** nothing. **Completes** when it was closed. **Errors** with a `SessionError`
   * when it is over and no new one is to follow, or with a `UsageError` about the list of servers.
   */
  readonly life$: Observable<never>;
  readonly #settings: Settings;
  readonly #record: SessionRecord;
  readonly #reconnects: ReconnectPolicy;
  readonly #identities: Identities;
  readonly #visitor: Visitor;
  readonly #close$ = new ReplaySubject<{ readonly detach: boolean }>(1);
  readonly #ended$ = new ReplaySubject<void>(1);
  readonly #listed$ = new ReplaySubject<void>(1);
  readonly #drop$ = new Subject<CoordinationError>();
  #channel: Channel | undefined;
  #closing = false;
  #detached = false;

  constructor(servers$: Observable<readonly Endpoint[]>, settings: Settings) {
    this.#settings = settings;
    this.deadlines = new Deadlines(settings.scheduler);
    this.outbox = new Outbox(settings.offline === 'fail');
    this.#record = new SessionRecord(settings);
    this.#identities = new Identities(settings.auth);
    this.streams = new SessionStreams({ kind: 'connecting', epoch: this.#record.epoch });
    this.#reconnects = new ReconnectPolicy(settings, this.#record, this.streams, this.outbox.trouble);
    this.#visitor = {
      ...{
        settings,
        record: this.#record,
        reconnects: this.#reconnects,
        versions: new ServerVersions(settings),
        drop$: this.#drop$,
      },
      ...{
        guest: undefined,
        orphans: this.#orphans,
        admitted: this.#admitted,
        resume: this.#resume,
        happened: this.#happened,
        told: this.#told,
        cut: this.#cut,
      },
    };
    this.watches = new WatchRegistry({
      arm: (entry) => this.#arm(entry),
      disarm: ({ path }) => void (this.#channel && disarmed(this.#channel, path).subscribe()),
    });
    const lists$ = serverLists(servers$, (error) => this.streams.diagnose({ kind: 'servers-ignored', error }));
    const list$ = lists$.pipe(
      tap((list) => this.#relist(list)),
      ignoreElements()
    );
    const epochs$ = this.#listed$.pipe(
      take(1),
      switchMap(() => this.#epochs())
    );
    this.life$ = merge(list$, epochs$).pipe(
      takeUntil(
        this.#close$.pipe(
          mergeMap(({ detach }) => farewell((this.#detached = detach), this.#channel, this.#visitor.guest, settings))
        )
      ),
      tap({ error: (error: CoordinationError) => this.#end(error), complete: () => this.#end(undefined) })
    );
  }

  /** What takes this session up again. */
  get ticket(): SessionTicket {
    this.#note();
    return this.#record.ticket;
  }

  /** The server that is or was last connected to. */
  get endpoint(): Endpoint | undefined {
    return this.#reconnects.current;
  }

  /** Ends {@link life$}: with the session on the server, unless it is to be left to itself. Emits when all is over. */
  close(detach: boolean): Observable<void> {
    if (!this.#closing) {
      this.#closing = true;
      this.outbox.close(sessionOver('CLOSED', 'the client was closed', this.outbox.trouble));
      this.#say(undefined); // recipes end before the server hears of it, and others can have what they held
      this.outbox.afterChunk(() => this.#close$.next({ detach }));
    }
    return this.#ended$;
  }

  /** Holds an identity on this and on every later connection. **Emits** once a server has accepted it. */
  addIdentity(identity: HeldIdentity): Observable<void> {
    return this.#identities.add(identity, () => this.#channel, this.streams.state$);
  }

  /** Sessions, one after the other. */
  #epochs(): Observable<never> {
    return defer(() =>
      merge(
        this.#links(),
        localExpiry(this.streams, () => this.#deadline, this.#settings.scheduler)
      )
    ).pipe(retry({ delay: (error: unknown) => this.#renewal(error) }));
  }

  /** Links of one session, one after the other. */
  #links(): Observable<never> {
    return visit(this.#visitor).pipe(
      retry({
        delay: (error: unknown) =>
          this.#closing
            ? NEVER
            : lossOf(error) || isMistake(error)
              ? throwError(() => error)
              : this.#reconnects.pause(),
      })
    );
  }

  /**
   * The server in use has told its version. `undefined`: it is not likely to. Requests that waited for the version go
   * out now.
   */
  readonly #told = (channel: Channel, version: Version | undefined): void => {
    const { state } = this.streams;
    if (this.#channel !== channel || state.kind !== 'connected' || (version !== undefined && state.version === version))
      return;
    if (version !== undefined) this.streams.become({ ...state, version });
    this.watches.rearmRecursive();
  };

  readonly #admitted = (channel: Channel, response: ConnectResponse): void => {
    // the timer is late: that makes no difference
    if (this.#record.deadline <= this.#settings.scheduler.now()) throw tooLate();
    this.#record.admitted(response);
    this.#channel = channel;
    channel.activity.begin(response.timeout);
    this.#reconnects.admitted();
  };

  /** Presents identities, sets the watches again, and then lets the users' requests out. */
  readonly #resume = (
    channel: Channel,
    { readOnly, timeout: granted, id }: ConnectResponse,
    endpoint: Endpoint
  ): Observable<never> => {
    const watches$ = restoreWatches(
      channel,
      this.watches,
      this.#record.zxid,
      this.#settings.maxRequestBytes,
      (watches, requests) => {
        if (watches > 0) this.streams.diagnose({ kind: 'rearmed', watches, requests });
      }
    );
    const open$ = defer(() => {
      channel.watches.caughtUp = true;
      this.#reconnects.established();
      channel.open(this.outbox); // what is submitted from here on goes out with this turn
      const { epoch } = this.#record;
      this.streams.become({
        kind: 'connected',
        epoch,
        id,
        endpoint,
        timeout: granted,
        readOnly,
        version: channel.sender.server.version,
      });
      for (const listener of [...this.listeners]) listener.resumed();
      return readOnly
        ? findWritableServer(() => this.#reconnects.peek(), this.#settings).pipe(
            map((found) => this.#reconnects.leaveFor(found))
          )
        : NEVER;
    });
    return concat(this.#identities.present(channel), watches$, open$);
  };

  /** The link is gone: first the state says so, then whoever waited learns of it. */
  readonly #cut = (channel: Channel, error: CoordinationError): void => {
    if (channel.ended) return;
    if (this.#channel === channel) {
      this.#note();
      this.#record.deadline = this.#deadline;
      this.#channel = undefined;
      const { epoch, id, deadline } = this.#record;
      if (!this.#closing) this.streams.become({ kind: 'suspended', epoch, id, deadline, cause: error });
      for (const listener of [...this.listeners]) listener.suspended();
    }
    channel.end(error);
    const all = this.#settings.offline === 'fail';
    this.outbox.fail(linkLost(error), ({ batch }) => all || batch?.started === true);
  };

  /** Until when the session lasts, if nothing more is heard of a server. */
  get #deadline(): number {
    return this.#channel === undefined
      ? this.#record.deadline
      : this.#channel.activity.acknowledged + this.#record.timeout;
  }

  /** Whether nobody would take up or close a session that is granted only now. */
  readonly #orphans = ({ id }: ConnectRequest): boolean =>
    !this.#detached && (id === 0n || this.#closing || id !== this.#record.id);

  /** The session is over; emits when a new one may begin. */
  #renewal(error: unknown): Observable<unknown> {
    if (this.#closing) return NEVER;
    const reason = reasonOf(error);
    if (reason === undefined) return throwError(() => error);
    const { local, epoch, id } = this.#record;
    const final = reason === 'auth-failed' || (this.#settings.onExpiry === 'error' && !local);
    // what is asked for because it was lost is for the next one
    const waiting = final || local ? [] : this.outbox.take();
    this.#record.forget();
    if (id !== 0n)
      this.streams.become({ kind: 'lost', epoch, id, reason, ...(final && { cause: error as SessionError }) });
    if (final) return throwError(() => error);
    for (const call of waiting) call.fail(sessionOver('EXPIRED', 'the session has expired', this.outbox.trouble));
    this.streams.become({ kind: 'connecting', epoch });
    return local ? this.#reconnects.pause() : timer(0, this.#settings.scheduler);
  }

  #end(error: CoordinationError | undefined): void {
    this.#closing = true;
    const code = error instanceof SessionError ? error.code : 'CLOSED';
    this.outbox.close(sessionOver(code, error?.message ?? 'the client was closed'));
    this.deadlines.clear();
    this.#say(error);
    this.#ended$.next();
    this.#ended$.complete();
  }

  /**
   * A client that closes is closed for all who look at its state, and then its watches end; when it is over otherwise,
   * first its watches say why.
   */
  #say(error: CoordinationError | undefined): void {
    const tell = () => [...this.listeners].forEach((listener) => listener.ended(error));
    this.streams.end(this.#record.epoch, error, error === undefined ? () => undefined : tell);
    tell();
  }

  #relist(list: readonly Endpoint[]): void {
    if (this.#reconnects.relist(list))
      this.outbox.afterChunk(() => this.#drop$.next(new ConnectionLostError('the list of servers has changed')));
    this.#listed$.next();
  }

  readonly #happened = (event: NodeEvent): void => {
    if (event.zxid !== undefined) this.#record.saw(event.zxid, false);
    this.watches.dispatch(event);
    this.streams.happened(event);
  };

  #note(): void {
    if (this.#channel !== undefined) this.#record.saw(this.#channel.zxid, this.#channel.watches.caughtUp);
  }

  #arm(entry: Entry): void {
    // with the link it is lost, and set again with the next
    if (this.#channel !== undefined)
      armed(this.#channel, entry)
        .pipe(catchError(() => EMPTY))
        .subscribe();
  }
}
