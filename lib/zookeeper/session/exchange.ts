import {
  type MonoTypeOperatorFunction,
  Observable,
  type SchedulerLike,
  type Subscriber,
  type TeardownLogic,
  defer,
  identity,
} from 'rxjs';
import { NONE, endedEarly } from '../../core/callErrors.js';
import { type CallOptions as CallLimits, checkCallOptions } from '../../client/callOptions.js';
import type { Deadlines } from '../../client/deadlines.js';
import type { Meter } from '../../client/meter.js';
import { type RequestFilter, filtered } from '../../client/requestFilter.js';
import { isTraced, tracedRequest } from '../../client/tracedRequest.js';
import { oneOf } from '../../core/check.js';
import { situated } from '../../core/errors.js';
import { onAbort } from '../../core/onAbort.js';
import { CHARGED, type Charge } from '../../operators/bracket.js';
import type { Op } from '../protocol/op.js';
import { type Batch, Call } from './call.js';
import { Custody } from './custody.js';
import type { Outbox, Priority } from './outbox.js';
import type { PassedChecks } from './passedChecks.js';

/** How one request is treated. Without a `timeout`, it ends with its link or, if it waits, its session. */
export interface CallOptions extends CallLimits {
  /** Which requests go first while they wait to be sent. Default `'normal'`. */
  readonly priority?: Priority | undefined;
}

/** Sends one request per subscription and emits its one reply: the only verb the upper layers need. */
export type Exchange = <Q, R>(op: Op<Q, R>, request: Q, options?: CallOptions) => Observable<R>;

const UNFILTERED: readonly RequestFilter[] = [];

export const PRIORITIES: readonly Priority[] = ['high', 'normal', 'bulk'];

/** The origin of requests: the surroundings that they need. */
export interface Origin {
  readonly outbox: Outbox;
  readonly deadlines: Deadlines;
  readonly meter: Meter;
  readonly passed: PassedChecks;
  readonly scheduler: SchedulerLike;
  /** Whether errors say where the request was made. */
  readonly callSites: boolean;
}

/** The parts of a request that its calls are made of. */
type Sending<R> = Pick<Request<R>, 'origin' | 'op' | 'request' | 'options' | 'site'>;

/** The {@link Exchange} of an origin, with these filters around each request. */
export function exchangeOver(origin: Origin, filters: readonly RequestFilter[]): Exchange {
  return <Q, R>(op: Op<Q, R>, request: Q, options?: CallOptions) => new Request(origin, op, request, options, filters);
}

/**
 * A request, not sent yet. Every subscription sends it, and emits its reply; it is one object until then, and one more
 * when it is under way.
 */
// eslint-disable-next-line rxjs-x/no-subclass -- `batch` and `bracket` ask a request for more than its values
export class Request<R> extends Observable<R> {
  readonly origin: Origin;
  readonly op: Op<unknown, R>;
  readonly request: unknown;
  readonly options: CallOptions | undefined;
  readonly filters: readonly RequestFilter[];
  readonly site: string | undefined;

  constructor(
    origin: Origin,
    op: Op<unknown, R>,
    request: unknown,
    options: CallOptions | undefined,
    filters = UNFILTERED
  ) {
    super(send);
    this.origin = origin;
    this.op = op;
    this.request = request;
    this.options = options;
    this.filters = filters;
    this.site = origin.callSites ? callSite() : undefined;
  }

  /**
   * The same request, perhaps as one of a batch.
   *
   * @param watching is given the call, to see how far it got: one for each time that it is sent
   * @param attempt what becomes of each time that it is sent
   */
  inBatch(
    batch: Batch | undefined,
    watching: (call: Call) => void,
    attempt: MonoTypeOperatorFunction<R> = identity
  ): Observable<R> {
    const sent = (sending: Sending<R>) =>
      new Observable<R>((subscriber) => submit(sending, subscriber, batch, watching)).pipe(attempt);
    return this.filters.length === 0 ? sent(this) : throughFilters(this, sent);
  }

  /** For `bracket`: it is taken back as long as it has not left. */
  [CHARGED](): { readonly acquire$: Observable<R>; readonly charge: Charge } {
    const charge = new Custody();
    return { acquire$: charge.follow(this), charge };
  }
}

function send<R>(this: Observable<R>, subscriber: Subscriber<R>): TeardownLogic {
  const request = this as Request<R>;
  return request.filters.length === 0
    ? submit(request, subscriber)
    : request.inBatch(undefined, () => {}).subscribe(subscriber);
}

/** The filters, and within them the request, which `sent` sends. */
function throughFilters<R>(request: Request<R>, sent: (sending: Sending<R>) => Observable<R>): Observable<R> {
  const { origin, op, request: args, options, filters, site } = request;
  return defer(() => {
    const { name: operation, readOnly } = op;
    const asked = {
      store: origin.meter.store,
      operation,
      path: op.path?.(args),
      readOnly,
      args,
      options: options ?? {},
    };
    return filtered(filters, asked, (changed) => sent({ origin, op, request: args, options: changed, site }));
  });
}

function submit<R>(
  request: Sending<R>,
  subscriber: Subscriber<R>,
  batch?: Batch,
  watching?: (call: Call) => void
): TeardownLogic {
  if (!isTraced()) return dispatch(request, subscriber, batch, watching);
  const { origin, op } = request;
  const context = { operation: op.name, path: op.path?.(request.request) };
  return tracedRequest(origin.meter, context, subscriber, (inner) => dispatch(request, inner, batch, watching));
}

function dispatch<R>(
  { origin, op, request, options, site }: Sending<R>,
  subscriber: Subscriber<R>,
  batch?: Batch,
  watching?: (call: Call) => void
): TeardownLogic {
  try {
    if (op.check !== undefined) origin.passed.pass(op, request);
    if (options !== undefined) checkLimits(options);
  } catch (error) {
    throw situated(error, { operation: op.name, path: op.path?.(request) });
  }
  const call = new Call(op, request, subscriber, batch, site, origin.meter);
  watching?.(call);
  const { outbox, scheduler } = origin;
  const { refusal } = outbox;
  // in a turn of its own: a loop of requests lets other things happen
  if (refusal !== undefined) return soon(scheduler, () => call.fail(refusal));
  if (options?.signal?.aborted === true) return soon(scheduler, () => abort(call, options, outbox));
  outbox.submit(call, options?.priority ?? 'normal');
  return options?.timeout === undefined && options?.signal === undefined ? undefined : limit(call, options, origin);
}

function soon(scheduler: SchedulerLike, act: () => void): TeardownLogic {
  return scheduler.schedule(act, 1);
}

/** Ends the call when its limits say so. Returns how to stop that. */
function limit(call: Call, options: CallOptions, { outbox, deadlines, scheduler }: Origin): TeardownLogic {
  const { timeout, signal } = options;
  const stop = signal === undefined ? undefined : onAbort(signal, () => abort(call, options, outbox));
  if (timeout === undefined || call.subscriber.closed) return stop;
  const expire = () =>
    end(call, outbox, 'TIMEOUT', `no reply within ${timeout} ms`, `no connection within ${timeout} ms`);
  const due = { deadline: scheduler.now() + timeout, expire };
  deadlines.add(due);
  return () => {
    stop?.();
    deadlines.delete(due);
  };
}

function abort(call: Call, { signal }: CallOptions, outbox: Outbox): void {
  end(call, outbox, 'ABORTED', 'aborted', 'aborted without a connection', signal!.reason);
}

function end(
  call: Call,
  outbox: Outbox,
  code: 'TIMEOUT' | 'ABORTED',
  message: string,
  missing: string,
  reason?: unknown
): void {
  const waited = !call.sent && !outbox.attached;
  const { text, cause } = waited ? outbox.trouble : NONE;
  const error = endedEarly(code, `${waited ? missing : message}${text}`, cause ?? reason);
  if (call.sent)
    outbox.afterChunk(() => call.fail(error)); // its reply may have come already
  else call.fail(error);
}

/** Refuses a bad timeout, signal or priority. Which options there are is for each method to say. */
function checkLimits(options: CallOptions): void {
  checkCallOptions(options);
  if (options.priority !== undefined) oneOf('options.priority', options.priority, PRIORITIES);
}

/** The stack of the caller, without the frames of this library. */
function callSite(): string | undefined {
  const { stack } = new Error();
  return stack?.split('\n').slice(4).join('\n');
}
