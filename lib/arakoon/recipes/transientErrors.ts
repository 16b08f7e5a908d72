import type { MonoTypeOperatorFunction } from 'rxjs';
import { retryIf } from '../../operators/retryIf.js';
import type { Arakoon } from '../client/arakoon.js';
import { type ErrorCode, type KnownError, isCoordinationError } from '../../core/errors.js';

/** Codes of servers without a master, without room, or behind the others. */
export const TRANSIENT_ERRORS: readonly ErrorCode[] = [
  'NOT_MASTER',
  'NO_LONGER_MASTER',
  'GOING_DOWN',
  'MAX_CONNECTIONS',
  'INCONSISTENT_READ',
  'PROTOCOL',
];

/** Whether a later try may succeed: the servers were out of reach, or had no master. */
export function isTransient(error: unknown): error is KnownError {
  return (
    isCoordinationError(error) &&
    ((error.layer === 'transport' && error.code !== 'ABORTED') || TRANSIENT_ERRORS.includes(error.code))
  );
}

/**
 * Tries again for as long as there is no master. For requests that may be done twice: reads, and writes that return the
 * value they found.
 */
export function retryIdempotent<T>({ scheduler }: Pick<Arakoon, 'scheduler'>): MonoTypeOperatorFunction<T> {
  return retryIf({ idempotent: true, codes: TRANSIENT_ERRORS, scheduler });
}
