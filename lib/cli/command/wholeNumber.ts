import { UsageError } from '../../core/errors.js';

/** The number of an option, which is text on a command line. Throws a `UsageError` that names the option. */
export function wholeNumber(option: string, text: string, min = 0): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= min) return number;
  throw new UsageError(option, `must be a whole number${min > 0 ? ` from ${min} on` : ''}, not ${text}`);
}
