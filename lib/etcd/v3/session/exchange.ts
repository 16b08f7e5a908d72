import { Observable } from 'rxjs';
import { type CallOptions, checkCallOptions } from '../../../client/callOptions.js';
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
      const { signal, timeout = profile.timeout ?? router.settings.timeout } = options;
      try {
        checkCallOptions(options);
      } catch (error) {
        throw situated(error, context);
      }
      const { scheduler } = router.settings;
      const call = new Call(method as never, request, context, subscriber, profile, scheduler.now() + timeout, router);
      const { refusal } = router;
      if (refusal !== undefined) return scheduler.schedule(() => call.reject(refusal(call)), 1);
      if (signal === undefined && !router.over) {
        router.submit(call);
        return call;
      }
      if (router.over || signal?.aborted === true) {
        // in a turn of its own: a loop of requests lets other things happen
        return scheduler.schedule(
          () => (signal?.aborted === true ? call.abort(signal.reason) : router.submit(call)),
          1
        );
      }
      const stop = onAbort(signal!, () => call.abort(signal!.reason));
      router.submit(call);
      return () => {
        stop();
        call.unsubscribe();
      };
    });
}
