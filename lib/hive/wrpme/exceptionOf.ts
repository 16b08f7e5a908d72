import { isCoordinationError } from '../../core/errors.js';
import { codeOf } from './codeOf.js';
import { EXCEPTIONS, WrpmeException } from './wrpmeException.js';

/** The exception of wrpme for any error, which becomes its `cause`. */
export function exceptionOf(cause: unknown): WrpmeException {
  if (cause instanceof WrpmeException) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const isOwn = isCoordinationError(cause);
  return new EXCEPTIONS[codeOf(cause)](message, {
    cause,
    layer: isOwn ? cause.layer : 'protocol',
    effect: isOwn ? cause.effect : 'unknown',
    ...(isOwn && { path: cause.path, operation: cause.operation }),
  });
}
