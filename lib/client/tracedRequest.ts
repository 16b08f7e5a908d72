import { AsyncLocalStorage } from 'node:async_hooks';
import { type MonoTypeOperatorFunction, Observable, Subscriber, type TeardownLogic } from 'rxjs';
import type { ErrorContext } from '../core/errors.js';
import { type RequestMessage, channels } from './channels.js';
import { type Meter, OK, UNSUBSCRIBED, outcomeOf } from './meter.js';

/** Whether requests are to be told of. */
export function isTraced(): boolean {
  return channels.requestStart.hasSubscribers || channels.requestEnd.hasSubscribers;
}

/**
 * Sends a request, and tells the channels of its beginning and its end. Its answer is delivered in the asynchronous
 * context in which the caller has subscribed, so that requests which follow from it belong to the same caller. Without
 * this, they would belong to the connection.
 *
 * @param send sends the request, and delivers its answer to the subscriber that it is given
 */
export function tracedRequest<T>(
  meter: Meter,
  { operation = 'request', path }: ErrorContext,
  subscriber: Subscriber<T>,
  send: (subscriber: Subscriber<T>) => TeardownLogic
): TeardownLogic {
  const inContext = AsyncLocalStorage.snapshot();
  const { store, client, scheduler } = meter;
  const time = scheduler.now();
  const message: RequestMessage = { store, client, time, operation, path };
  channels.requestStart.publish(message);
  const end = (outcome: string, error?: unknown) => {
    if (message.outcome !== undefined) return;
    const { endpoint } = meter;
    Object.assign(message, { outcome, error, duration: scheduler.now() - time, ...(endpoint && { endpoint }) });
    inContext(() => channels.requestEnd.publish(message));
  };
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the request wants a subscriber, and has an observer
  const inner = new Subscriber<T>({
    next: (value: T) => {
      end(OK);
      inContext(() => subscriber.next(value));
    },
    error: (error: unknown) => {
      end(outcomeOf(error), error);
      inContext(() => subscriber.error(error));
    },
    complete: () => inContext(() => subscriber.complete()),
  });
  try {
    inner.add(send(inner));
  } catch (error) {
    end(outcomeOf(error), error);
    throw error;
  }
  return () => {
    inner.unsubscribe();
    end(UNSUBSCRIBED);
  };
}

/** As {@link tracedRequest}, for a request that is made of other Observables. */
export function traced<T>(meter: Meter, context: ErrorContext): MonoTypeOperatorFunction<T> {
  return (source$) =>
    new Observable((subscriber) =>
      isTraced()
        ? tracedRequest(meter, context, subscriber, (inner) => source$.subscribe(inner))
        : source$.subscribe(subscriber)
    );
}
