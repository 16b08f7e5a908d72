import {
  NEVER,
  type Observable,
  ReplaySubject,
  concatMap,
  defer,
  ignoreElements,
  merge,
  mergeMap,
  of,
  repeat,
  switchMap,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { sessionOver } from '../../core/callErrors.js';
import { Deadlines } from '../../client/deadlines.js';
import { Meter } from '../../client/meter.js';
import type { ClientStats } from '../../client/clientStats.js';
import type { Endpoint } from '../../core/endpoint.js';
import { ConnectionLostError, type CoordinationError, SessionError } from '../../core/errors.js';
import { asCoordinationError } from '../../core/failures.js';
import type { HeldIdentity, Settings } from '../options.js';
import type { SessionTicket } from '../sessionTicket.js';
import { farewell, localExpiry } from './expiryAndClose.js';
import { Outbox } from './outbox.js';
import { ReconnectPolicy } from './reconnectPolicy.js';
import { serverLists } from './serverLists.js';
import { SessionLinks } from './sessionLinks.js';
import type { SessionListener } from './sessionListener.js';
import { SessionRecord } from './sessionRecord.js';
import { SessionStreams } from './sessionStreams.js';
import type { Loss, Verdict } from './verdict.js';
import { visit } from './visit.js';
import type { WatchRegistry } from './watchRegistry.js';

/**
 * The session loop: dials, serves, and begins again when the link or the session is lost. Nothing happens before
 * {@link life$} is subscribed to, once.
 */
export class Session {
  readonly outbox: Outbox;
  readonly watches: WatchRegistry;
  /** The timeouts of requests. */
  readonly deadlines: Deadlines;
  readonly listeners = new Set<SessionListener>();
  readonly meter: Meter;
  readonly streams: SessionStreams;
  /**
   * The session's whole life. **Emits** nothing. **Completes** when it was closed. **Errors** with a `SessionError`
   * when it is over and no new one is to follow, or with a `UsageError` about the list of servers.
   */
  readonly life$: Observable<never>;
  readonly settings: Settings;
  readonly #record: SessionRecord;
  readonly #reconnects: ReconnectPolicy;
  readonly #links: SessionLinks;
  readonly #close$ = new ReplaySubject<void>(1);
  readonly #ended$ = new ReplaySubject<void>(1);
  readonly #listed$ = new ReplaySubject<void>(1);

  constructor(servers$: Observable<readonly Endpoint[]>, settings: Settings) {
    this.settings = settings;
    this.deadlines = new Deadlines(settings.scheduler);
    this.meter = new Meter('zookeeper', settings.scheduler);
    const { listeners } = this;
    const outbox = (this.outbox = new Outbox(settings.offline === 'fail', settings.maxQueued));
    const record = (this.#record = new SessionRecord(settings));
    const streams = (this.streams = new SessionStreams({ kind: 'connecting', epoch: record.epoch }, this.meter));
    const reconnects = (this.#reconnects = new ReconnectPolicy(settings, record, outbox.trouble, (diagnostic) =>
      streams.diagnose(diagnostic)
    ));
    const links = (this.#links = new SessionLinks({
      ...{ settings, record, reconnects, outbox, streams, listeners, meter: this.meter },
    }));
    this.watches = links.watches;
    const list$ = serverLists(servers$, (error) => streams.diagnose({ kind: 'servers-ignored', error })).pipe(
      tap((list) => this.#relist(list)),
      ignoreElements()
    );
    const sessions$ = this.#listed$.pipe(
      take(1),
      switchMap(() => this.#sessions())
    );
    const over$ = this.#close$.pipe(mergeMap(() => farewell(links.detached, links.channel, links.guest, settings)));
    this.life$ = merge(list$, sessions$).pipe(
      takeUntil(over$),
      tap({ error: (error: unknown) => this.#end(asCoordinationError(error)), complete: () => this.#end(undefined) })
    );
  }

  /** The ticket to take this session up again. */
  get ticket(): SessionTicket {
    return this.#links.ticket;
  }

  /** The server that is or was last connected to. */
  get endpoint(): Endpoint | undefined {
    return this.#reconnects.current;
  }

  /** Requests that have not left, and those that wait for their reply. */
  get requests(): { readonly waiting: number; readonly underWay: number } {
    return { waiting: this.outbox.length, underWay: this.#links.channel?.sender.underWay ?? 0 };
  }

  stats(): ClientStats {
    const { waiting: queued, underWay } = this.requests;
    return this.meter.stats({ underWay, queued, watches: this.watches.size, sessions: this.#record.epoch });
  }

  /** Ends {@link life$}: with the session on the server, unless it is to be left to itself. Emits when all is over. */
  close(detach: boolean): Observable<void> {
    const links = this.#links;
    if (!links.closing) {
      links.closing = true;
      this.outbox.close(sessionOver('CLOSED', 'the client was closed', this.outbox.trouble));
      this.#say(undefined); // recipes end before the server hears of it, and others can have their locks
      this.outbox.afterChunk(() => {
        links.detached = detach;
        this.#close$.next();
      });
    }
    return this.#ended$;
  }

  /** Holds an identity on this and on every later connection. **Emits** once a server has accepted it. */
  addIdentity(identity: HeldIdentity): Observable<void> {
    return this.#links.addIdentity(identity);
  }

  /** Sessions, one after the other. */
  #sessions(): Observable<never> {
    const { scheduler } = this.settings;
    return defer(() =>
      merge(
        this.#untilLost(),
        localExpiry(this.streams, () => this.#links.deadline, scheduler)
      )
    ).pipe(
      take(1),
      concatMap((loss) => this.#renewal(loss)),
      repeat()
    );
  }

  /** Links of one session, one after the other. **Emits** the loss of the session. */
  #untilLost(): Observable<Loss> {
    return visit(this.#links).pipe(
      concatMap((verdict) => this.#apply(verdict)),
      repeat()
    );
  }

  /** Does what the end of a link means. **Completes** when another link may follow. */
  #apply(verdict: Verdict): Observable<Loss> {
    if (this.#links.closing) return NEVER;
    switch (verdict.kind) {
      case 'redial':
        return this.#reconnects.pause().pipe(ignoreElements());
      case 'lost':
        return of(verdict.loss);
      case 'mistake':
        return throwError(() => verdict.error);
    }
  }

  /** The session is lost. **Completes** when a new one may begin. **Errors** when none is to follow. */
  #renewal({ reason, error }: Loss): Observable<never> {
    if (this.#links.closing) return NEVER;
    const { local, epoch, id } = this.#record;
    const final = reason === 'auth-failed' || (this.settings.onExpiry === 'error' && !local);
    // a request that follows the loss is for the next session
    const waiting = final || local ? [] : this.outbox.take();
    if (reason === 'data-loss') this.#record.lost();
    this.#record.forget();
    if (id !== 0n) this.streams.become({ kind: 'lost', epoch, id, reason, ...(final && { cause: error }) });
    if (final) return throwError(() => error);
    for (const call of waiting) call.fail(sessionOver('EXPIRED', 'the session has expired', this.outbox.trouble));
    this.streams.become({ kind: 'connecting', epoch });
    return (local ? this.#reconnects.pause() : timer(0, this.settings.scheduler)).pipe(ignoreElements());
  }

  #end(error: CoordinationError | undefined): void {
    this.#links.closing = true;
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
    if (this.#reconnects.relist(list)) {
      const changed = new ConnectionLostError('the list of servers has changed');
      this.outbox.afterChunk(() => this.#links.drop$.next(changed));
    }
    this.#listed$.next();
  }
}
