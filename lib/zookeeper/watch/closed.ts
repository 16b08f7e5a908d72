import {
  EMPTY,
  type MonoTypeOperatorFunction,
  type SchedulerLike,
  type Subscriber,
  throwError,
  throwIfEmpty,
} from 'rxjs';
import { interruption } from '../../client/interruption.js';
import { type CoordinationError, type ErrorContext, SessionError } from '../../core/errors.js';
import { refusing } from '../../operators/refusing.js';
import type { SessionState } from '../sessionState.js';

/** The error of a wait that the end of the client has ended: that says nothing about what was waited for. */
export function closed(context?: ErrorContext): SessionError {
  return new SessionError('CLOSED', 'the client was closed', 'none', context);
}

/**
 * For streams of values, which complete with their client: **errors** with `CLOSED` when that was before the first
 * value, or with what has ended the client otherwise.
 */
export function orClosed<T>(
  context?: ErrorContext,
  client?: { readonly state: SessionState }
): MonoTypeOperatorFunction<T> {
  return throwIfEmpty(() => (client === undefined ? undefined : causeOf(client.state)) ?? interruption(context));
}

/**
 * For what may be asked of a client that is over; it ends in a turn of its own. A wait **errors** with `CLOSED`, or
 * with what has ended the client. A value does so too, but **completes** the third time within two seconds; what just
 * goes on while there is a client completes the first time, and errors the second. So `repeat()` comes to an end, and
 * `retry()` too but over a wait.
 */
export function ofOpen<T>(
  client: { readonly state: SessionState; readonly scheduler: SchedulerLike },
  kind: 'wait' | 'value' | 'presence',
  context?: ErrorContext
): MonoTypeOperatorFunction<T> {
  const isOver = () => client.state.kind === 'closed' || causeOf(client.state) !== undefined;
  const error = () => throwError(() => causeOf(client.state) ?? closed(context));
  // what stands on it may complete once, too
  const first = () => throwError(() => causeOf(client.state) ?? interruption(context));
  const complete = () => EMPTY;
  if (kind === 'wait') return refusing(isOver, client.scheduler, 1, [error]);
  return refusing(isOver, client.scheduler, 0, kind === 'value' ? [first, error, complete] : [complete, error]);
}

/** Ends what is asked for after the end of the client, as that one has ended. Returns whether it has. */
export function endedBy(state: SessionState, subscriber: Subscriber<never>): boolean {
  if (state.kind !== 'closed') return false;
  if (state.cause === undefined) subscriber.complete();
  else subscriber.error(state.cause);
  return true;
}

/** Throws what has ended the client for good, if that was not its own doing. */
export function throwCause(state: SessionState): void {
  const cause = causeOf(state);
  if (cause !== undefined) throw cause;
}

function causeOf(state: SessionState): CoordinationError | undefined {
  return state.kind === 'lost' || state.kind === 'closed' ? state.cause : undefined;
}
