import { type MonoTypeOperatorFunction, throwIfEmpty } from 'rxjs';
import { type ErrorContext, SessionError } from '../../core/errors.js';

/** The error of a wait that the end of the client has ended: that says nothing about what was waited for. */
export function closed(context?: ErrorContext): SessionError {
  return new SessionError('CLOSED', 'the client was closed', 'none', context);
}

/** For streams of values, which complete with their client: **errors** with `CLOSED` when that was before the first value. */
export function orClosed<T>(context?: ErrorContext): MonoTypeOperatorFunction<T> {
  return throwIfEmpty(() => closed(context));
}
