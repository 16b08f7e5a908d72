import { EMPTY, type Observable, catchError, concat, defer, merge, mergeMap, of, take, throwError, timer } from 'rxjs';
import { inTime } from '../../../client/inTime.js';
import { type CallError, NONE, type Reason, endedEarly, linkLost } from '../../../core/callErrors.js';
import type { CallOptions } from '../../../client/callOptions.js';
import { backoff } from '../../../core/backoff.js';
import type { Endpoint } from '../../../core/endpoint.js';
import {
  ConnectionLostError,
  type CoordinationError,
  type Effect,
  ProtocolError,
  withEffect,
} from '../../../core/errors.js';
import { asCoordinationError } from '../../../core/failures.js';
import { abortOf } from '../../../operators/abortOf.js';
import type { Answer } from '../protocol/answer.js';
import type { Ask } from '../protocol/ask.js';
import { endpointOf } from '../protocol/clusterRequests.js';
import { mayPass } from '../protocol/errorCode.js';
import { refusalOf } from '../protocol/etcdV2Error.js';
import { Attempt } from './attempt.js';
import type { Session } from './session.js';

/** What a request is for errors and logs. */
export interface CourseContext {
  readonly operation: string;
  readonly path?: string | undefined;
}

/** Redirects that are followed, one after the other. */
const HOPS = 10;
/** Refusals of a condition. After an attempt without an answer, that attempt may be the reason. */
const CONDITION: ReadonlySet<string> = new Set(['KEY_NOT_FOUND', 'TEST_FAILED', 'NODE_EXIST']);

/** One request of one subscriber, from its subscription to its answer, however often it is sent. */
export class Course {
  readonly context: CourseContext;
  readonly #session: Session;
  readonly #ask: Ask;
  readonly #at: Endpoint | undefined;
  #attempt: Attempt | undefined;
  #attempts = 0;
  #failure: CoordinationError | undefined; // of the last attempt
  #unsure: CoordinationError | undefined; // of an attempt that may have been applied
  #latest = 0; // by the clock

  /** @param at the member to ask, if not just any will do */
  constructor(session: Session, ask: Ask, context: CourseContext, at?: Endpoint) {
    this.#session = session;
    this.#ask = ask;
    this.context = context;
    this.#at = at;
  }

  /** **Emits** the answer, whose status is a success. **Errors** with a refusal, or when no answer comes. */
  answer({ timeout: limit = this.#session.settings.timeout, signal }: CallOptions): Observable<Answer> {
    const { scheduler } = this.#session.settings;
    const over$ = this.#session.end$.pipe(mergeMap((error) => this.#fail(error)));
    // in a turn of its own: a loop of requests to a closed client lets other things happen
    if (this.#session.isOver) return timer(1, scheduler).pipe(mergeMap(() => over$));
    const late = () => {
      const { text, cause } = this.#trouble;
      if (this.#attempt !== undefined) this.#session.doubt(this.#attempt.endpoint);
      return this.#fail(endedEarly('TIMEOUT', `no reply in time${text}`, cause));
    };
    this.#latest = scheduler.now() + limit;
    return merge(
      over$,
      abortOf(signal).pipe(mergeMap((reason) => this.#fail(endedEarly('ABORTED', 'aborted', reason)))),
      this.#again()
    ).pipe(take(1), inTime(limit, scheduler, late));
  }

  /** What the caller may believe if no answer comes. */
  get effect(): Effect {
    if (this.#ask.repeat === 'read') return 'none';
    return this.#unsure !== undefined || this.#attempt?.sent === true ? 'unknown' : 'none';
  }

  /** The next attempt; before each new round over the members, after a wait. */
  #again(): Observable<Answer> {
    return defer(() => {
      const { backoff: waits, random, scheduler } = this.#session.settings;
      const { members } = this.#session;
      const count = this.#at === undefined ? members.count : 1;
      const round = Math.floor(this.#attempts / count);
      const attempt$ = defer(() => this.#try(this.#at ?? members.current));
      return round === 0 || this.#attempts % count !== 0
        ? attempt$
        : timer(backoff(round, waits, random), scheduler).pipe(
            // the process may have slept: then the timeout is due, too
            mergeMap(() => (scheduler.now() < this.#latest ? attempt$ : EMPTY))
          );
    });
  }

  /** @param origin the member that has led here by redirects */
  #try(endpoint: Endpoint, origin = endpoint, hops = HOPS): Observable<Answer> {
    const attempt = (this.#attempt = new Attempt(endpoint));
    const { answerTimeout } = this.#session.settings;
    this.#attempts++;
    return this.#session.answer(attempt, this.#ask, this.#ask.repeat === 'once' ? undefined : answerTimeout).pipe(
      mergeMap((answer) => {
        const { status, body } = answer;
        if (status >= 200 && status < 300) return of(answer);
        this.#attempt = undefined; // it is answered
        if (status >= 300 && status < 400) return this.#follow(answer, endpoint, origin, hops);
        return throwError(() => refusalOf(status, body, this.#ask.repeat === 'read', this.context));
      }),
      catchError((error: unknown) => this.#afterFailure(origin, asCoordinationError(error)))
    );
  }

  /** A member names another one that is to be asked. It gets the method, the body and the password. */
  #follow({ status, headers }: Answer, from: Endpoint, origin: Endpoint, hops: number): Observable<Answer> {
    const { members, settings } = this.#session;
    const secure = settings.tls !== undefined;
    const target = status === 307 || status === 308 ? endpointOf(headers['location'] ?? '', secure) : undefined;
    const refuse = (why: string) =>
      throwError(() => new ProtocolError(`${this.context.operation}: ${why}`, { ...this.context, effect: 'none' }));
    if (target === undefined) return refuse(`the server redirects with ${status}, which is not followed`);
    if (hops === 0) return refuse('the members redirect in a circle');
    const learned$ = members.knows(target) ? EMPTY : this.#session.learn(from);
    const next$ = defer(() =>
      members.knows(target)
        ? this.#try(target, origin, hops - 1)
        : refuse('the server redirects to one that is no member')
    );
    return concat(learned$, next$);
  }

  #afterFailure(origin: Endpoint, error: CoordinationError): Observable<Answer> {
    if (this.#failure === error) return throwError(() => error); // decided by a redirect's target
    const { repeat } = this.#ask;
    const passing = mayPass(error);
    if (passing) this.#session.failed(origin, error);
    const unsure = repeat !== 'read' && error.effect === 'unknown';
    if (unsure) this.#unsure = error;
    this.#attempt = undefined;
    this.#failure = error;
    if (!passing || (unsure && repeat === 'once')) return this.#giveUp(error);
    const { operation, path } = this.context;
    this.#session.tell({ kind: 'resending', operation, path, attempt: this.#attempts + 1, error });
    return this.#again();
  }

  /** The error for the caller. */
  #giveUp(error: CoordinationError): Observable<never> {
    const unsure = this.#unsure;
    if (unsure !== undefined && unsure !== error && error.layer === 'server' && CONDITION.has(error.code)) {
      const message = `${error.message}, perhaps because an earlier attempt has done it: ${unsure.message}`;
      return this.#fail(linkLost(new ConnectionLostError(message, 'unknown', { cause: unsure })));
    }
    if (error.layer === 'transport') return this.#fail(linkLost(error));
    return throwError(() => withEffect(error, this.effect === 'unknown' ? 'unknown' : error.effect));
  }

  #fail(error: CallError): Observable<never> {
    const made = error(this);
    this.#failure = made;
    return throwError(() => made);
  }

  /** Why there is no answer. */
  get #trouble(): Reason {
    if (this.#attempt?.sent === true) return NONE;
    if (this.#failure === undefined) return this.#session.trouble;
    return { text: `; ${this.#failure.message}`, cause: this.#failure };
  }
}
