import { type MonoTypeOperatorFunction, Observable, type Subscriber, type TeardownLogic, defer, identity } from 'rxjs';
import { checkCallOptions } from '../../client/callOptions.js';
import { type RequestFilter, filtered } from '../../client/requestFilter.js';
import { isTraced, tracedRequest } from '../../client/tracedRequest.js';
import { flag } from '../../core/check.js';
import { situated } from '../../core/errors.js';
import { onAbort } from '../../core/onAbort.js';
import type { AnyOp, Op } from '../protocol/op.js';
import { Call, type Destination, keyShown } from './call.js';
import type { CallOptions } from './callOptions.js';
import type { CallProfile } from './callProfile.js';
import type { Router } from './router.js';

/** Sends one request per subscription and emits its one reply: the only verb the upper layers need. */
export type Exchange = <Q, R, T = R>(
  op: Op<Q, R>,
  request: Q,
  options?: CallOptions,
  manner?: CallProfile<R, T>
) => Observable<T>;

const NOTHING = {};
const UNFILTERED: readonly RequestFilter[] = [];

/** The parts of a request that its calls are made of. */
type Sending<T> = Pick<Request<T>, 'router' | 'op' | 'request' | 'options' | 'manner'>;

/** The {@link Exchange} of a router, with these filters around each request. */
export function exchangeOver(router: Router, filters?: readonly RequestFilter[]): Exchange {
  return (op, request, options, manner) => new Request(router, op, request, options, manner, filters);
}

/** A request, not sent yet. Every subscription sends it, and emits its reply; it is one object until then. */
// eslint-disable-next-line rxjs-x/no-subclass -- `batch` and `bracket` ask a request for more than its values
export class Request<T> extends Observable<T> {
  readonly router: Router;
  readonly op: AnyOp;
  readonly request: unknown;
  readonly options: CallOptions;
  readonly manner: CallProfile;
  readonly filters: readonly RequestFilter[];

  constructor(
    router: Router,
    op: AnyOp,
    request: unknown,
    options: CallOptions = NOTHING,
    manner: CallProfile = NOTHING,
    filters: readonly RequestFilter[] = UNFILTERED
  ) {
    super(send);
    this.router = router;
    this.op = op;
    this.request = request;
    this.options = options;
    this.manner = manner;
    this.filters = filters;
  }

  /**
   * The same request.
   *
   * @param watching is given the call, to see how far it gets: one for each time that it is sent
   * @param attempt what becomes of each time that it is sent
   */
  followed(watching?: (call: Call) => void, attempt: MonoTypeOperatorFunction<T> = identity): Observable<T> {
    const sent = (sending: Sending<T>) =>
      new Observable<T>((subscriber) => submit(sending, subscriber, watching)).pipe(attempt);
    return this.filters.length === 0 ? sent(this) : throughFilters(this, sent);
  }
}

function send<T>(this: Observable<T>, subscriber: Subscriber<T>): TeardownLogic {
  const request = this as Request<T>;
  return request.filters.length === 0 ? submit(request, subscriber) : request.followed().subscribe(subscriber);
}

/** The filters, and within them the request, which `sent` sends. */
function throughFilters<T>(request: Request<T>, sent: (sending: Sending<T>) => Observable<T>): Observable<T> {
  const { router, op, request: args, options, manner, filters } = request;
  return defer(() => {
    const path = keyShown(op, args);
    const asked = { store: 'arakoon', operation: op.name, path, readOnly: op.kind === 'read', args, options } as const;
    return filtered(filters, asked, (changed) => sent({ router, op, request: args, options: changed, manner }));
  });
}

function submit<T>(request: Sending<T>, subscriber: Subscriber<T>, watching?: (call: Call) => void): TeardownLogic {
  if (!isTraced()) return dispatch(request, subscriber, watching);
  const { router, op } = request;
  const context = { operation: op.name, path: keyShown(op, request.request) };
  return tracedRequest(router.meter, context, subscriber, (inner) => dispatch(request, inner, watching));
}

function dispatch<T>(
  { router, op, request, options, manner }: Sending<T>,
  subscriber: Subscriber<T>,
  watching?: (call: Call) => void
): TeardownLogic {
  const { signal } = options;
  const call = new Call(
    op,
    request,
    subscriber,
    manner,
    destination(router, op, request, options, manner),
    options.idempotent,
    router
  );
  watching?.(call);
  if (router.over || signal?.aborted === true) {
    // in a turn of its own: a loop of requests lets other things happen
    return router.settings.scheduler.schedule(
      () => (signal?.aborted === true ? call.abort(signal.reason) : router.submit(call)),
      1
    );
  }
  if (signal === undefined) {
    router.submit(call);
    return call;
  }
  const stop = onAbort(signal, () => call.abort(signal.reason));
  router.submit(call);
  return () => {
    stop();
    call.unsubscribe();
  };
}

/** Who is to answer, and until when. Throws a `UsageError` about the options. */
function destination(
  router: Router,
  op: AnyOp,
  request: unknown,
  { node, signal, idempotent, timeout }: CallOptions,
  manner: CallProfile
): Destination {
  try {
    checkCallOptions({ timeout, signal });
    if (idempotent !== undefined) flag('options.idempotent', idempotent);
    const byMaster = op.where === 'master' || (op.where === 'reader' && op.consistency!(request) === 'consistent');
    const chosen = router.chosen(node, !byMaster && manner.asks === 'named'); // checked, also where it does not count
    const named = byMaster ? undefined : chosen;
    const deadline = router.now() + (timeout ?? manner.timeout ?? router.timeout);
    return { node: named, master: byMaster || (manner.asks === 'master' && named === undefined), deadline };
  } catch (error) {
    throw situated(error, { operation: op.name });
  }
}
