import { Observable, type Subscriber, type TeardownLogic } from 'rxjs';
import { abortSignal, duration } from '../../core/check.js';
import { onAbort } from '../../core/onAbort.js';
import type { AnyOp, Op } from '../protocol/op.js';
import { Call } from './call.js';
import type { CallOptions } from './callOptions.js';
import type { Manner } from './manner.js';
import type { Router } from './router.js';

/** Sends one request per subscription and emits its one reply: the only verb the upper layers need. */
export type Exchange = <Q, R, T = R>(op: Op<Q, R>, request: Q, options?: CallOptions, manner?: Manner<R, T>) => Observable<T>;

const NOTHING = {};

/** A request, not sent yet. Every subscription sends it, and emits its reply; it is one object until then. */
export class Request<T> extends Observable<T> {
  readonly router: Router;
  readonly op: AnyOp;
  readonly request: unknown;
  readonly options: CallOptions;
  readonly manner: Manner;

  constructor(router: Router, op: AnyOp, request: unknown, options: CallOptions = NOTHING, manner: Manner = NOTHING) {
    super(send);
    this.router = router;
    this.op = op;
    this.request = request;
    this.options = options;
    this.manner = manner;
  }
}

function send<T>(this: Observable<T>, subscriber: Subscriber<T>): TeardownLogic {
  const { router, op, request, options, manner } = this as Request<T>;
  const { signal, timeout = manner.timeout ?? router.timeout } = options;
  if (signal !== undefined) abortSignal('options.signal', signal);
  const byMaster = op.where === 'master' || (op.where === 'reader' && op.consistency!(request) === 'consistent');
  const node = byMaster ? undefined : router.chosen(options.node, manner.asks === 'named');
  const to = { node, master: byMaster || (manner.asks === 'master' && node === undefined), deadline: router.now() + duration('options.timeout', timeout) };
  const call = new Call(op, request, subscriber as Subscriber<unknown>, manner, to, options.idempotent, router.leave);
  if (signal === undefined) {
    router.submit(call);
    return call;
  }
  const stop = onAbort(signal, () => call.abort(signal.reason));
  if (subscriber.closed) return;
  router.submit(call);
  return () => {
    stop();
    call.unsubscribe();
  };
}
