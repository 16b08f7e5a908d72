import { CoordinationError, ProtocolError } from '../../core/errors.js';

/** For where an expression is wanted. */
export function raise(error: CoordinationError): never {
  throw error;
}

/** What breaks a link is ours to name; anything else would be a defect of this library, and is shown as what it did. */
export function asCoordinationError(error: unknown): CoordinationError {
  return error instanceof CoordinationError ? error : new ProtocolError(`cannot go on: ${String(error)}`, { cause: error });
}
