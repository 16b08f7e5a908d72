import { Observable, Subject, defer, throwError, timeout } from 'rxjs';
import { endedEarly } from '../../../core/callErrors.js';
import { type Work, paced, unlessBusy } from '../../../client/paced.js';
import type { CallContext, OpenCall } from '../carrier.js';
import type { Draft } from '../protocol/message.js';
import type { Method } from '../protocol/methods.js';
import type { MemberLink } from './memberLink.js';
import type { Settings } from '../options.js';

/** How long to wait for the next message, and the work on each. */
export interface StreamManner<R, W> {
  /** Milliseconds. */
  readonly each: number;
  /** What to do with a message, instead of emitting it. The server is held back until the work has completed. */
  readonly work?: Work<R, W> | undefined;
}

/**
 * One read on one connection whose answer is a stream of messages, without another try.
 *
 * - **Emits** the messages, and completes.
 * - **Errors** with the refusal, with the failure of the connection, or with `TIMEOUT`.
 * - **Unsubscribing** gives the call up.
 */
export function streamed<Q, R, W = R>(
  link: MemberLink,
  method: Method<Q, R>,
  request: Draft<Q>,
  context: CallContext,
  { each, work }: StreamManner<R, W>,
  { scheduler }: Settings
): Observable<W> {
  return defer(() => {
    let call: OpenCall<Q> | undefined;
    const message$ = new Observable<R>((subscriber) => {
      link.begins();
      call = link.carrier.call(method, link.metadata(false), context, {
        message: (message: R) => subscriber.next(message),
        ended: (error) => (error === undefined ? subscriber.complete() : subscriber.error(error)),
      });
      call.send(request);
      call.finish();
      return () => {
        call?.cancel();
        link.ends();
      };
    });
    const late = () => endedEarly('TIMEOUT', `nothing within ${each} ms`, undefined)({ effect: 'none', context });
    if (work === undefined)
      return (message$ as Observable<unknown> as Observable<W>).pipe(
        timeout({ each, with: () => throwError(late), scheduler })
      );
    const busy$ = new Subject<boolean>();
    const source = { hold: () => call?.hold(), release: () => call?.release() };
    return message$.pipe(paced(source, work, busy$), unlessBusy(busy$, each, scheduler, late));
  });
}
