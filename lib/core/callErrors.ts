import {
  ConnectionLostError,
  type CoordinationError,
  type Effect,
  ProtocolError,
  SessionError,
  type SessionErrorCode,
} from './errors.js';
import { placeOf, stackless } from './failures.js';

/** A call without an answer, as far as its error describes it. */
export interface Unanswered {
  /** What its caller may believe. */
  readonly effect: Effect;
  readonly context: { readonly operation: string; readonly path?: string | undefined };
}

/** The reason why there is no connection: text for the end of a message, and the failures themselves. */
export interface Reason {
  readonly text: string;
  readonly cause: unknown;
}

/** Makes the error of a call. */
export type CallError = (call: Unanswered) => CoordinationError;

/** The error of a call whose link ended, or never came about. */
export function linkLost(cause: CoordinationError): CallError {
  return ({ effect, context }) =>
    stackless(() =>
      cause instanceof ProtocolError
        ? new ProtocolError(cause.message, { ...context, cause, effect })
        : new ConnectionLostError(cause.message, effect, {
            ...context,
            cause,
            code: cause.layer === 'transport' ? cause.code : 'CONNECTION_LOST',
          })
    );
}

/** The error of a call that may not wait for a connection, because so many others do. */
export function queueFull(most: number, why: Reason): CallError {
  return ({ effect, context }) =>
    stackless(
      () =>
        new ConnectionLostError(
          `${placeOf(context)}: ${most} requests wait for a connection, which is the limit (options.maxQueued); ` +
            `try again later, or ask for less at a time${why.text}`,
          effect,
          { ...context, cause: why.cause, code: 'QUEUE_FULL' }
        )
    );
}

/** The error of a call whose session or client is over. */
export function sessionOver(code: SessionErrorCode, message: string, why: Reason = NONE): CallError {
  return ({ effect, context }) =>
    stackless(() => new SessionError(code, `${message}${why.text}`, effect, { ...context, cause: why.cause }));
}

/** The error of a call whose time is over, or whose caller has aborted it. */
export function endedEarly(code: 'TIMEOUT' | 'ABORTED', message: string, cause: unknown): CallError {
  return ({ effect, context }) =>
    stackless(() => new ConnectionLostError(`${context.operation}: ${message}`, effect, { ...context, code, cause }));
}

/** There is a connection, or nothing has failed. */
export const NONE: Reason = { text: '', cause: undefined };
