import { type OperatorFunction, catchError, of, throwError } from 'rxjs';
import { isCoordinationError } from '../../../core/errors.js';

/** Takes a refusal with one of these codes for an answer: `undefined`. */
export function despite<T>(...codes: readonly string[]): OperatorFunction<T, T | undefined> {
  return catchError((error: unknown) =>
    isCoordinationError(error) && codes.includes(error.code) ? of(undefined) : throwError(() => error)
  );
}
