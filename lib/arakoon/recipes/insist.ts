import type { MonoTypeOperatorFunction } from 'rxjs';
import { retryIf } from '../../operators/retryIf.js';
import type { Arakoon } from '../client/arakoon.js';
import { TRANSIENT_ERRORS } from './transientErrors.js';

/**
 * Tries again, for as long as there is no master, what may be done twice: a read, or a write that says what it found.
 */
export function insist<T>({ scheduler }: Pick<Arakoon, 'scheduler'>): MonoTypeOperatorFunction<T> {
  return retryIf({ idempotent: true, codes: TRANSIENT_ERRORS, scheduler });
}
