import { type MonoTypeOperatorFunction, type SchedulerLike, type Subscriber, throwIfEmpty } from 'rxjs';
import { interruption, refusingClosed } from '../../client/interruption.js';
import type { CoordinationError, ErrorContext } from '../../core/errors.js';
import type { SessionState } from '../sessionState.js';

/**
 * For streams of values, which complete with their client: **errors** with `CLOSED` when that was before the first
 * value, or with the error that has ended the client.
 */
export function orClosed<T>(
  context?: ErrorContext,
  client?: { readonly state: SessionState }
): MonoTypeOperatorFunction<T> {
  return throwIfEmpty(() => (client === undefined ? undefined : causeOf(client.state)) ?? interruption(context));
}

/** Ends what is asked of a client that is over, see {@link refusingClosed}. */
export function ofOpen<T>(
  client: { readonly state: SessionState; readonly scheduler: SchedulerLike },
  kind: 'wait' | 'value' | 'presence',
  context?: ErrorContext
): MonoTypeOperatorFunction<T> {
  const cause = () => causeOf(client.state);
  const isOver = () => client.state.kind === 'closed' || cause() !== undefined;
  return refusingClosed({ scheduler: client.scheduler, isOver, cause }, kind, () => context);
}

/** Ends a subscriber that came after the end of the client, as that one has ended. Returns whether it has. */
export function endedBy(state: SessionState, subscriber: Subscriber<never>): boolean {
  if (state.kind !== 'closed') return false;
  if (state.cause === undefined) subscriber.complete();
  else subscriber.error(state.cause);
  return true;
}

/** Throws the error that has ended the client, if it did not end by `close()`. */
export function throwCause(state: SessionState): void {
  const cause = causeOf(state);
  if (cause !== undefined) throw cause;
}

function causeOf(state: SessionState): CoordinationError | undefined {
  return state.kind === 'lost' || state.kind === 'closed' ? state.cause : undefined;
}
