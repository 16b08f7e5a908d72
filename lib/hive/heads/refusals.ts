import { type Observable, catchError } from 'rxjs';
import { type CoordinationError, isCoordinationError } from '../../core/errors.js';
import { renamed } from '../../core/failures.js';
import { HiveError } from '../hiveError.js';
import { DELETIONS } from '../hiveStore.js';

/** The version, as cells call it in a condition and in a step. */
const CELLS_VERSION = /^(condition|steps\[\d+\])\.version$/;

/** Whether another client was faster. */
export function isContention(error: unknown): error is CoordinationError {
  return isCoordinationError(error, 'CONFLICT', 'EXISTS');
}

/** Refusals of cells in the words of a hive. */
export function refusals(alias: string, operation: string) {
  return <T>(source$: Observable<T>): Observable<T> =>
    source$.pipe(
      catchError((error: unknown) => {
        if (isCoordinationError(error, 'ABSENT'))
          throw new HiveError('ALIAS_NOT_FOUND', alias, operation, { cause: error });
        if (isCoordinationError(error, 'CONFLICT') && error.path?.startsWith(DELETIONS) === true)
          throw new HiveError('ENTRY_CHANGED', alias, operation, { cause: error }); // or another one of its count
        if (isCoordinationError(error, 'CONFLICT'))
          throw new HiveError('VERSION_CONFLICT', alias, operation, { cause: error });
        if (isCoordinationError(error, 'EXISTS'))
          throw new HiveError('ALIAS_ALREADY_EXISTS', alias, operation, { cause: error });
        throw renamed(error, CELLS_VERSION, 'options.ifVersion');
      })
    );
}
