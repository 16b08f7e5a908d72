import { Observable, type Subscriber, type TeardownLogic } from 'rxjs';
import { checkCallOptions } from '../../client/callOptions.js';
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

/** A request, not sent yet. Every subscription sends it, and emits its reply; it is one object until then. */
// eslint-disable-next-line rxjs-x/no-subclass -- `batch` and `bracket` ask a request for more than its values
export class Request<T> extends Observable<T> {
  readonly router: Router;
  readonly op: AnyOp;
  readonly request: unknown;
  readonly options: CallOptions;
  readonly manner: CallProfile;

  constructor(
    router: Router,
    op: AnyOp,
    request: unknown,
    options: CallOptions = NOTHING,
    manner: CallProfile = NOTHING
  ) {
    super(send);
    this.router = router;
    this.op = op;
    this.request = request;
    this.options = options;
    this.manner = manner;
  }

  /** The same request; `watching` is given the call, to see how far it gets. */
  followed(watching: (call: Call) => void): Observable<T> {
    return new Observable((subscriber) => submit(this, subscriber, watching));
  }
}

function send<T>(this: Observable<T>, subscriber: Subscriber<T>): TeardownLogic {
  return submit(this as Request<T>, subscriber);
}

function submit<T>(request: Request<T>, subscriber: Subscriber<T>, watching?: (call: Call) => void): TeardownLogic {
  if (!isTraced()) return dispatch(request, subscriber, watching);
  const { router, op } = request;
  const context = { operation: op.name, path: keyShown(op, request.request) };
  return tracedRequest(router.meter, context, subscriber, (inner) => dispatch(request, inner, watching));
}

function dispatch<T>(
  { router, op, request, options, manner }: Request<T>,
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
