import { integer } from '../../core/check.js';

/** A number of milliseconds or bytes, of which 0 means none: whole, and below 2^31, as timers want it. */
export function whole(argument: string, value: unknown): number {
  return integer(argument, value, 0, 2 ** 31 - 1);
}
