import { duration, knownKeys, patience } from './check.js';
import { UsageError } from './errors.js';

/** How long to wait between attempts, in milliseconds. */
export interface Backoff {
  /** No wait is shorter. */
  readonly min: number;
  /** No wait is longer. */
  readonly max: number;
}

/** How long to wait before attempts to connect, in milliseconds. */
export interface ReconnectBackoff extends Backoff {
  /**
   * The first attempt after a lost connection waits for a random time up to this. Default 0: it begins at once, as is
   * best for hundreds of clients. Thousands that lose the same server come back as a crowd then: give them a second.
   */
  readonly spread?: number;
}

/**
 * How long to wait before the n-th attempt to repeat something, in milliseconds.
 *
 * The longest wait doubles with every attempt, up to `max`, and the wait is drawn evenly between
 * `min` and that (full jitter): a thousand clients that lost one server do not return as one.
 *
 * @param attempt counts from 1
 * @param random gives numbers from 0 up to, not including, 1
 */
export function backoff(attempt: number, { min, max }: Backoff, random: () => number = Math.random): number {
  const longest = Math.min(max, min * 2 ** attempt);
  return min + random() * (longest - min);
}

/** Refuses waits that are not durations, or that are the wrong way round. */
export function checkBackoff(argument: string, value: Backoff): Backoff {
  const { min, max } = knownKeys(argument, value, ['min', 'max']);
  duration(`${argument}.min`, min);
  duration(`${argument}.max`, max);
  if (min > max) throw new UsageError(`${argument}.min`, `must not exceed max: ${min} > ${max}`);
  return value;
}

/** Refuses waits that are not durations, or that are the wrong way round. */
export function checkReconnectBackoff(argument: string, value: ReconnectBackoff): ReconnectBackoff {
  const { spread = 0, ...waits } = knownKeys(argument, value, ['min', 'max', 'spread']);
  checkBackoff(argument, waits);
  patience(`${argument}.spread`, spread);
  return value;
}
