import { AsyncResource } from 'node:async_hooks';
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
  const context = new AsyncResource('QUORUM_RX_REQUEST'); // much cheaper than a snapshot of AsyncLocalStorage
  const { store, client, scheduler } = meter;
  const time = scheduler.now();
  const message: RequestMessage = { store, client, time, operation, path };
  channels.requestStart.publish(message);
  const end = (outcome: string, error?: unknown) => {
    if (message.outcome !== undefined) return;
    message.outcome = outcome;
    message.error = error;
    message.duration = scheduler.now() - time;
    if (meter.endpoint !== undefined) message.endpoint = meter.endpoint;
    if (channels.requestEnd.hasSubscribers) context.runInAsyncScope(publishEnd, undefined, message);
  };
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the request wants a subscriber, and has an observer
  const inner = new Subscriber<T>({
    next: (value: T) => {
      end(OK);
      context.runInAsyncScope(deliver, subscriber, value);
    },
    error: (error: unknown) => {
      end(outcomeOf(error), error);
      context.runInAsyncScope(refuse, subscriber, error);
    },
    complete: () => context.runInAsyncScope(complete, subscriber),
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

function publishEnd(message: RequestMessage): void {
  channels.requestEnd.publish(message);
}

// they run in the context of the caller, with the subscriber as `this`

function deliver<T>(this: Subscriber<T>, value: T): void {
  this.next(value);
}

function refuse(this: Subscriber<unknown>, error: unknown): void {
  this.error(error);
}

function complete(this: Subscriber<unknown>): void {
  this.complete();
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
