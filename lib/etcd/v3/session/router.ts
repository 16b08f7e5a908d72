import { EMPTY, type Observable, Subject, catchError, ignoreElements, tap, timer } from 'rxjs';
import { type CallError, queueFull, sessionOver } from '../../../core/callErrors.js';
import { Deadlines } from '../../../client/deadlines.js';
import type { Meter } from '../../../client/meter.js';
import { backoff } from '../../../core/backoff.js';
import type { CoordinationError } from '../../../core/errors.js';
import { asCoordinationError } from '../../../core/failures.js';
import type { Trouble } from '../../../core/trouble.js';
import type { Settings } from '../options.js';
import { mayPass } from '../protocol/errorCode.js';
import { leaseRevoke } from '../protocol/methods.js';
import type { Diagnostic } from '../../types.js';
import type { Call, CallOrigin } from './call.js';
import type { MemberLink } from './memberLink.js';
import { ReadBatch } from './readBatch.js';
import { type Tokens, isRefusedUser, isStaleToken, refusedUser } from './tokens.js';

/** The parts of a client that the router works with. */
export interface RouterBase {
  readonly settings: Settings;
  readonly trouble: Trouble;
  readonly meter: Meter;
  readonly tokens: Tokens;
  /** Lets work run for as long as the client is not closed. It must not error. */
  start(work$: Observable<never>): void;
  /** Goes to another member. Requests under way here may come to their end. */
  avoid(link: MemberLink, error: CoordinationError): void;
  tell(diagnostic: Diagnostic): void;
}

/** Refusals that say that the member cannot serve, so that another one should be asked. */
const UNFIT: ReadonlySet<string> = new Set([
  ...['NO_LEADER', 'STOPPED', 'UNHEALTHY', 'NOT_CAPABLE', 'TIMED_OUT', 'UNAVAILABLE'],
]);

/** Whether another member should be asked after this: this one cannot serve, or does not speak as etcd does. */
export function isUnfit({ code, layer }: CoordinationError): boolean {
  return UNFIT.has(code) || layer === 'transport' || (layer === 'protocol' && code !== 'REPLY_TOO_LARGE');
}

/** Sends each call to the member that is connected; and again, as long as that can do no harm. */
export class Router implements CallOrigin {
  readonly settings: Settings;
  readonly meter: Meter;
  /** Emits when the last requests of a client that closes have ended. */
  readonly parted$ = new Subject<void>();
  readonly #base: RouterBase;
  /** All calls under way. */
  readonly #calls: Deadlines<Call>;
  readonly #waiting = new Set<Call>(); // for a connection
  #link: MemberLink | undefined;
  #reads: ReadBatch | undefined; // for that connection
  #parting: Set<Call> | undefined; // the last requests of a client that closes
  #end: CallError | undefined;

  constructor(base: RouterBase) {
    this.#base = base;
    this.settings = base.settings;
    this.meter = base.meter;
    this.#calls = new Deadlines(base.settings.scheduler);
  }

  /** Whether the client is closed. */
  get over(): boolean {
    return this.#end !== undefined;
  }

  get trouble(): Trouble {
    return this.#base.trouble;
  }

  /** How many requests have no answer yet. */
  get underWay(): number {
    return this.#calls.size;
  }

  /** How many requests wait for a connection. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** The error of a request that comes now, while too many wait already. */
  get refusal(): CallError | undefined {
    const { maxQueued } = this.settings;
    if (this.#link !== undefined || this.over || this.#waiting.size < maxQueued) return undefined;
    return queueFull(maxQueued, this.trouble);
  }

  submit(call: Call): void {
    if (this.#end !== undefined) return call.reject(this.#end(call));
    this.#calls.add(call);
    this.#parting?.add(call);
    this.#send(call);
  }

  leave(call: Call): void {
    this.#calls.delete(call);
    this.#waiting.delete(call);
    if (this.#parting?.delete(call) === true && this.#parting.size === 0) this.parted$.next();
  }

  /**
   * The client closes. Requests without an answer end, but for those that give leases back: the ones that `farewell`
   * makes, and the ones that are under way. Returns whether there are such; {@link parted$} emits when they have ended.
   */
  partWith(farewell: () => void): boolean {
    const parting = (this.#parting = new Set<Call>());
    farewell();
    this.#finish(undefined, (call) => {
      if (call.method.path === leaseRevoke.path) parting.add(call);
      return parting.has(call);
    });
    return parting.size > 0 && this.#link !== undefined;
  }

  /** Requests go here from now on; or wait. */
  connected(link: MemberLink | undefined): void {
    this.#link = link;
    this.#reads = link && new ReadBatch(link, this.settings.coalesce);
    if (link === undefined) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const call of waiting) this.#send(call);
  }

  /** The password is wrong: requests need not wait. */
  refuse(error: (call: Call) => CoordinationError): void {
    for (const call of [...this.#waiting]) call.reject(error(call));
  }

  returned(call: Call, link: MemberLink, error: CoordinationError): void {
    if (isStaleToken(error.code) && this.#base.tokens.wanted && !call.renewed) return this.#renew(call, link, error);
    if (isUnfit(error)) this.#base.avoid(link, error);
    const harmless = call.method.isRead || error.effect === 'none';
    if (!harmless || (error.layer === 'server' && !mayPass(error.code)) || error.layer === 'protocol')
      return call.reject(error);
    if (this.#link !== link) return this.#again(call, error);
    const { backoff: waits, random, scheduler } = this.settings;
    this.#base.start(
      timer(backoff(call.attempts, waits, random), scheduler).pipe(
        tap(() => this.#again(call, error)),
        ignoreElements()
      )
    );
  }

  overdue(link: MemberLink): void {
    link.doubt();
  }

  /** The client is over. Requests without an answer end. */
  close(cause: CoordinationError | undefined): void {
    const parting = [...(this.#parting ?? [])];
    this.#finish(cause, () => false);
    for (const call of parting) call.reject(this.#end!(call));
    this.#link = undefined;
  }

  /** Ends all requests, those to come too, but for a few. */
  #finish(cause: CoordinationError | undefined, goesOn: (call: Call) => boolean): void {
    const why = cause === undefined ? this.trouble : { text: `: ${cause.message}`, cause };
    const end = (this.#end ??= sessionOver('CLOSED', 'the client was closed', why));
    this.#calls.clear((call) => {
      if (!goesOn(call)) call.reject(end(call));
    });
  }

  /** Sends a call again that was refused for its token: with a new one, unless there is a newer one already. */
  #renew(call: Call, link: MemberLink, error: CoordinationError): void {
    if (this.#link !== link || call.token !== link.token) return this.#again(call, error);
    call.renewed = true;
    const renewed$ = this.#base.tokens.renew(link).pipe(
      tap({ complete: () => this.#again(call, error) }),
      catchError((failure: unknown) => {
        const cause = asCoordinationError(failure);
        this.#base.avoid(link, cause);
        if (isRefusedUser(cause)) call.reject(refusedUser(cause, call.context));
        else this.#again(call, cause);
        return EMPTY;
      })
    );
    this.#base.start(renewed$);
  }

  #again(call: Call, error: CoordinationError): void {
    if (call.isOver) return;
    const { operation, path } = call.context;
    this.#base.tell({ kind: 'resending', operation, path, attempt: call.attempts + 1, error });
    this.#send(call);
  }

  #send(call: Call): void {
    if (this.#link === undefined) this.#waiting.add(call);
    else if (call.joins) this.#reads!.add(call);
    else call.start(this.#link);
  }
}
