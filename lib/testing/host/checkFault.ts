import { flag, integer, knownKeys, patience, show, text } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';

/** The results of a `faults` function. */
interface AnyFault {
  readonly delay?: unknown;
  readonly error?: unknown;
  readonly message?: unknown;
  readonly served?: unknown;
}

const CODE_LIMIT = 2 ** 31;

/**
 * Checks the result of a user's `faults` function: a misspelt fault would do nothing, and its test would pass.
 *
 * @param more what this server knows beside the rest
 */
export function checkFault<F>(fault: F, more: readonly 'served'[] = []): F {
  if (fault === undefined || fault === 'cut' || fault === 'cutAfter') return fault;
  if (typeof fault !== 'object' || fault === null)
    throw new UsageError(
      'faults',
      `must give 'cut', 'cutAfter', { delay }, { error } or undefined, not ${show(fault)}`
    );
  const known = ['delay', 'error', 'message', ...more] as const;
  const { delay, error, message, served } = knownKeys<AnyFault>('faults', fault, known);
  if ((delay === undefined) === (error === undefined))
    throw new UsageError('faults', 'must give either a delay or an error');
  if (delay !== undefined) patience('faults.delay', delay);
  else if (integer('faults.error', error, -CODE_LIMIT, CODE_LIMIT - 1) === 0)
    throw new UsageError('faults.error', 'must not be 0, which is no error');
  if (message !== undefined) text('faults.message', message);
  if (served !== undefined) flag('faults.served', served);
  return fault;
}
