import { Observable } from 'rxjs';
import { ProtocolError } from '../../../core/errors.js';
import type { CallContext, Carrier, Metadata } from '../carrier.js';
import type { Draft } from '../protocol/message.js';
import type { Method } from '../protocol/methods.js';

/**
 * One call on one connection, without a deadline and without another try.
 *
 * - **Emits** the answer, and completes.
 * - **Errors** with the refusal, or with the failure of the connection.
 * - **Unsubscribing** gives the call up.
 */
export function unary<Q, R>(
  carrier: Carrier,
  method: Method<Q, R>,
  request: Draft<Q>,
  metadata: Metadata,
  context: CallContext
): Observable<R> {
  return new Observable((subscriber) => {
    let reply: { readonly message: R } | undefined;
    const call = carrier.call(method, metadata, context, {
      message: (message: R) => (reply = { message }),
      ended(error) {
        if (error !== undefined) return subscriber.error(error);
        if (reply === undefined) return subscriber.error(new ProtocolError('the answer has no message', context));
        subscriber.next(reply.message);
        subscriber.complete();
      },
    });
    call.send(request);
    call.finish();
    return () => call.cancel();
  });
}
