import { CoordinationError, type ErrorContext, ProtocolError, UsageError } from './errors.js';

/** For where an expression is wanted. */
export function raise(error: CoordinationError): never {
  throw error;
}

/**
 * The error that broke a link. An error of another kind is a defect of this library, and is reported as a
 * `ProtocolError`.
 */
export function asCoordinationError(error: unknown): CoordinationError {
  return error instanceof CoordinationError
    ? error
    : new ProtocolError(`cannot go on: ${String(error)}`, { cause: error });
}

/** The same mistake, with the name that the caller has for the argument. Other errors stay as they are. */
export function renamed(error: unknown, from: RegExp, to: string): unknown {
  if (!(error instanceof UsageError) || !from.test(error.argument)) return error;
  const { argument, message, code } = error;
  return new UsageError(argument.replace(from, to), message.slice(argument.length + 2), { code, cause: error });
}

/** How the message of an error begins: with the operation, and its path where there is one. */
export function placeOf({ operation, path }: ErrorContext, unnamed = 'request'): string {
  return `${operation ?? unnamed}${path === undefined ? '' : ` ${path}`}`;
}

/**
 * Makes an error without a stack. A stack that starts in a socket's callback says nothing, and costs more than all the
 * rest of a reply.
 */
export function stackless<E>(create: () => E): E {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return create();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** The words of anything that was thrown. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
