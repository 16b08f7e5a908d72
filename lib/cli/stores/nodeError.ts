import { type MonoTypeOperatorFunction, catchError, throwError } from 'rxjs';
import { ServerError, isCoordinationError } from '../../core/errors.js';

const REASONS = {
  NODE_EXISTS: 'there is such a node already',
  NO_NODE: 'there is no such node',
  BAD_VERSION: 'the node has another version, or is gone',
} as const;

/** A condition of a change does not hold. The same in every store: the words are those of ZooKeeper. */
export class NodeError extends ServerError<keyof typeof REASONS> {
  constructor(code: keyof typeof REASONS, path: string, operation: string, cause?: unknown) {
    super(code, 0, { path, operation, message: `${operation} ${path}: ${REASONS[code]}`, effect: 'none', cause });
  }
}

/** Refusals of cells, as those of nodes. */
export function asNodeErrors<T>(path: string, operation: string): MonoTypeOperatorFunction<T> {
  const codes = { EXISTS: 'NODE_EXISTS', ABSENT: 'NO_NODE', CONFLICT: 'BAD_VERSION' } as const;
  return catchError((error: unknown) => {
    for (const code of ['EXISTS', 'ABSENT', 'CONFLICT'] as const)
      if (isCoordinationError(error, code)) throw new NodeError(codes[code], path, operation, error);
    return throwError(() => error);
  });
}
