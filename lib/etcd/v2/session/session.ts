import {
  BehaviorSubject,
  EMPTY,
  type Observable,
  ReplaySubject,
  Subject,
  catchError,
  concat,
  defer,
  filter,
  finalize,
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
import { inTime } from '../../../client/inTime.js';
import { type CallError, sessionOver } from '../../../core/callErrors.js';
import { countedHttp1 } from '../../../client/countedHttp1.js';
import { Diagnostics } from '../../../client/diagnostics.js';
import { Meter } from '../../../client/meter.js';
import { StateFeed } from '../../../client/stateFeed.js';
import type { ClientStats } from '../../../client/clientStats.js';
import { type Endpoint, formatEndpoint } from '../../../core/endpoint.js';
import type { CoordinationError } from '../../../core/errors.js';
import { asCoordinationError } from '../../../core/failures.js';
import type { Http1Client } from '../../../core/http1Client.js';
import { Trouble } from '../../../core/trouble.js';
import type { Diagnostic, EtcdState } from '../../types.js';
import type { EtcdV2Transport, Settings } from '../options.js';
import type { Answer } from '../protocol/answer.js';
import type { Ask } from '../protocol/ask.js';
import { HEALTH, MACHINES, isHealthy, machinesOf } from '../protocol/clusterRequests.js';
import { EtcdV2Error } from '../protocol/etcdV2Error.js';
import { Attempt, type Part, lateAnswer } from './attempt.js';
import { Members } from './members.js';

/**
 * The members that a client asks, and their health. Requests go to the current member at once; beside them, its health
 * is looked at again and again. Nothing happens before {@link life$} is subscribed to, once.
 */
export class Session {
  readonly settings: Settings;
  readonly members: Members;
  readonly trouble = new Trouble();
  readonly meter: Meter;
  /** How many requests have no answer yet. */
  underWay = 0;
  readonly states: StateFeed<EtcdState>;
  readonly diagnostics$: Observable<Diagnostic>;
  /** Emits the error of calls when the client is over. */
  readonly end$: Observable<CallError>;
  /** The client's whole life. **Emits** nothing. **Completes** when it was closed. **Unsubscribing** closes it too. */
  readonly life$: Observable<never>;
  readonly #clients$ = new BehaviorSubject<Http1Client | undefined>(undefined);
  readonly #diagnostics: Diagnostics<Diagnostic>;
  readonly #doubt$ = new Subject<void>();
  readonly #left$ = new Subject<{ readonly endpoint: Endpoint; readonly error: CoordinationError }>();
  readonly #close$ = new ReplaySubject<void>(1);
  readonly #end$ = new ReplaySubject<CallError>(1);

  constructor(endpoints: readonly Endpoint[], settings: Settings, transport: EtcdV2Transport) {
    this.settings = settings;
    this.meter = new Meter('etcd-v2', settings.scheduler);
    this.states = new StateFeed<EtcdState>({ kind: 'connecting' }, this.meter);
    this.#diagnostics = new Diagnostics(this.meter);
    this.members = new Members(endpoints, settings);
    this.diagnostics$ = this.#diagnostics.all$;
    this.end$ = this.#end$.asObservable();
    this.life$ = defer(transport).pipe(
      tap((client) => this.#clients$.next(countedHttp1(client, this.meter))),
      switchMap(() => this.#looks()),
      ignoreElements(),
      takeUntil(this.#close$),
      finalize(() => this.#end())
    );
  }

  /** Whether the client is closed. */
  get isOver(): boolean {
    return this.states.ended;
  }

  /** How many requests wait for a member that serves. */
  get queued(): number {
    return this.states.state.kind === 'connecting' ? this.underWay : 0;
  }

  stats(): ClientStats {
    return this.meter.stats({ underWay: this.underWay - this.queued, queued: this.queued });
  }

  /** Sends one attempt, and limits the time until its head comes. */
  send(attempt: Attempt, ask: Ask, patience: number | undefined): Observable<Part> {
    const part$ = this.#clients$.pipe(
      mergeMap((client) => (client === undefined ? EMPTY : attempt.send(client, ask, this.settings))),
      take(2)
    );
    if (patience === undefined) return part$;
    const { scheduler } = this.settings;
    const late = () => throwError(() => lateAnswer(attempt, patience));
    return part$.pipe(inTime(patience, scheduler, late));
  }

  /** The answer of one attempt in full. */
  answer(attempt: Attempt, ask: Ask, patience: number | undefined): Observable<Answer> {
    return this.send(attempt, ask, patience).pipe(filter((part) => part.kind === 'body'));
  }

  /** **Errors** when the member is not the current one any more. */
  leaving(endpoint: Endpoint): Observable<never> {
    return this.#left$.pipe(mergeMap((left) => (left.endpoint === endpoint ? throwError(() => left.error) : EMPTY)));
  }

  tell(diagnostic: Diagnostic): void {
    this.#diagnostics.tell(diagnostic);
  }

  /** A member could not serve: others are asked. */
  failed(endpoint: Endpoint, error: CoordinationError): void {
    if (this.isOver) return;
    this.trouble.failed(formatEndpoint(endpoint), error);
    if (endpoint !== this.members.current) return;
    const established = this.states.state.kind === 'connected';
    this.members.leave(endpoint);
    this.tell({ kind: 'link-lost', endpoint, error, established });
    this.states.become({ kind: 'connecting', cause: error });
    this.#left$.next({ endpoint, error });
    if (established) this.#doubt$.next();
  }

  /** A member has not answered a request: its health is looked at now. */
  doubt(endpoint: Endpoint): void {
    if (endpoint === this.members.current) this.#doubt$.next();
  }

  /** Asks a member for the members that it knows. Completes when they are learned, or it does not say. */
  learn(endpoint: Endpoint): Observable<never> {
    return this.answer(new Attempt(endpoint), MACHINES, this.settings.answerTimeout).pipe(
      tap(({ status, body }) => {
        if (status !== 200) return;
        this.members.learn(machinesOf(body, this.settings.tls !== undefined), this.settings.discover);
      }),
      catchError(() => EMPTY),
      ignoreElements()
    );
  }

  /** Ends {@link life$}. Nothing remains to be waited for. */
  close(): Observable<void> {
    this.#close$.next();
    return EMPTY;
  }

  /** Looks at the health of the current member, again and again. */
  #looks(): Observable<never> {
    const { scheduler, healthInterval, discover } = this.settings;
    return defer(() => {
      const endpoint = this.members.current;
      this.tell({ kind: 'dialing', endpoint });
      const learned$ = discover ? this.learn(endpoint) : EMPTY;
      const look$ = concat(this.#look(endpoint), learned$, of(healthInterval)).pipe(
        catchError((cause: unknown) => {
          this.members.failed();
          this.failed(endpoint, asCoordinationError(cause));
          const { delay } = this.members;
          if (delay > 0) this.tell({ kind: 'waiting', delay });
          return of(delay);
        })
      );
      return look$.pipe(
        mergeMap((wait) => merge(timer(wait, scheduler), this.#doubt$)),
        take(1),
        ignoreElements()
      );
    }).pipe(repeat());
  }

  /** **Completes** when the member is healthy, else **errors**. */
  #look(endpoint: Endpoint): Observable<never> {
    return this.answer(new Attempt(endpoint), HEALTH, this.settings.answerTimeout).pipe(
      tap((answer) => {
        if (!isHealthy(answer)) throw unhealthy(endpoint, answer);
        this.members.served();
        if (endpoint !== this.members.current) return;
        this.trouble.over();
        const { state } = this.states;
        if (state.kind === 'connected' && state.endpoint === endpoint) return;
        this.meter.connected(endpoint);
        this.states.become({ kind: 'connected', endpoint });
      }),
      ignoreElements()
    );
  }

  #end(): void {
    if (this.isOver) return;
    this.states.end({ kind: 'closed' }, () => {
      this.#end$.next(sessionOver('CLOSED', 'the client was closed', this.trouble));
      this.#end$.complete();
    });
    this.#clients$.complete();
    this.#diagnostics.end();
  }
}

function unhealthy(endpoint: Endpoint, { status }: Answer): CoordinationError {
  return new EtcdV2Error(
    { code: 'UNAVAILABLE', number: status, words: 'the member is not healthy', reason: '', etcdIndex: 0 },
    { operation: formatEndpoint(endpoint), effect: 'none' }
  );
}
