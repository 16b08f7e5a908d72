import { CoordinationError, ProtocolError } from './errors.js';

/** For where an expression is wanted. */
export function raise(error: CoordinationError): never {
  throw error;
}

/** What breaks a link is ours to name; anything else would be a defect of this library, and is shown as what it did. */
export function asCoordinationError(error: unknown): CoordinationError {
  return error instanceof CoordinationError
    ? error
    : new ProtocolError(`cannot go on: ${String(error)}`, { cause: error });
}

/** A stack that starts in a socket's callback tells nobody anything, and costs more than all the rest of a reply. */
export function stackless<E>(create: () => E): E {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return create();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
