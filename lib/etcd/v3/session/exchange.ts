import { Observable, type Subscriber, type TeardownLogic, defer } from 'rxjs';
import { type CallOptions, checkCallOptions } from '../../../client/callOptions.js';
import { type RequestFilter, filtered } from '../../../client/requestFilter.js';
import { isTraced, tracedRequest } from '../../../client/tracedRequest.js';
import { situated } from '../../../core/errors.js';
import { onAbort } from '../../../core/onAbort.js';
import type { CallContext } from '../carrier.js';
import type { Draft } from '../protocol/message.js';
import type { Method } from '../protocol/methods.js';
import { Call, type CallProfile } from './call.js';
import type { Router } from './router.js';

/** Sends one request per subscription and emits its one answer: the only verb the upper layers need. */
export type Exchange = <Q, R, T = R>(
  method: Method<Q, R>,
  request: Draft<Q>,
  context: CallContext,
  options?: CallOptions,
  profile?: CallProfile<R, T>
) => Observable<T>;

const NOTHING = {};

/** The {@link Exchange} of a router. */
export function exchangeOver(router: Router): Exchange {
  return <Q, R, T = R>(
    method: Method<Q, R>,
    request: Draft<Q>,
    context: CallContext,
    options: CallOptions = NOTHING,
    profile: CallProfile<R, T> = NOTHING
  ) =>
    new Observable<T>((subscriber) => {
      const asked = method as Method<never, never>;
      if (!isTraced()) return submit(router, asked, request, context, options, profile, subscriber);
      const send = (inner: Subscriber<T>) => submit(router, asked, request, context, options, profile, inner);
      return tracedRequest(router.meter, context, subscriber, send);
    });
}

/** The same {@link Exchange}, with these filters around each request. */
export function withFilters(exchange: Exchange, filters: readonly RequestFilter[]): Exchange {
  if (filters.length === 0) return exchange;
  return (method, request, context, options = NOTHING, profile = NOTHING) =>
    defer(() => {
      const { operation, path } = context;
      const asked = { store: 'etcd', operation, path, readOnly: method.isRead, args: request, options } as const;
      return filtered(filters, asked, (changed) => exchange(method, request, context, changed, profile));
    });
}

function submit<T>(
  router: Router,
  method: Method<never, never>,
  request: Draft<unknown>,
  context: CallContext,
  options: CallOptions,
  profile: CallProfile<never, T>,
  subscriber: Subscriber<T>
): TeardownLogic {
  const { signal, timeout = profile.timeout ?? router.settings.timeout } = options;
  try {
    checkCallOptions(options);
  } catch (error) {
    throw situated(error, context);
  }
  const { scheduler } = router.settings;
  const deadline = scheduler.now() + timeout;
  const call = new Call(method, request, context, subscriber, profile, deadline, router);
  const { refusal } = router;
  if (refusal !== undefined) return scheduler.schedule(() => call.reject(refusal(call)), 1);
  if (signal === undefined && !router.over) {
    router.submit(call);
    return call;
  }
  if (router.over || signal?.aborted === true) {
    // in a turn of its own: a loop of requests lets other things happen
    return scheduler.schedule(() => (signal?.aborted === true ? call.abort(signal.reason) : router.submit(call)), 1);
  }
  const stop = onAbort(signal!, () => call.abort(signal!.reason));
  router.submit(call);
  return () => {
    stop();
    call.unsubscribe();
  };
}
