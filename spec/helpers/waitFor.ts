import { setTimeout as sleep } from 'node:timers/promises';
import { filter, firstValueFrom, type Observable, throwError, timeout } from 'rxjs';

/** Milliseconds, less than the limit of a whole test: the message says then what did not come. */
const LIMIT = 120_000;

export interface WaitOptions {
  /** Milliseconds until it is given up. */
  readonly timeout?: number;
  /** Milliseconds between two looks at what cannot tell us by itself. */
  readonly interval?: number;
  /** What is being waited for, to be read when it did not come. A function is called then. */
  readonly what?: string | (() => string);
}

/**
 * Polls until `probe` gives something truthy, and gives that. A probe that throws is not there yet; the last reason is
 * the `cause` of the failure. For real servers only: what is a stream is awaited by {@link waitForValue}.
 */
export async function waitFor<T>(
  probe: () => T | Promise<T>,
  { timeout = LIMIT, interval = 25, what = 'what the test waits for' }: WaitOptions = {}
): Promise<Exclude<T, false | 0 | '' | null | undefined>> {
  const end = performance.now() + timeout;
  for (;;) {
    let cause: unknown;
    try {
      const value = await probe();
      if (value) return value as Exclude<T, false | 0 | '' | null | undefined>;
    } catch (reason) {
      cause = reason;
    }
    if (performance.now() > end) throw late(what, timeout, cause);
    await sleep(interval);
  }
}

/** The first value of a stream that satisfies a predicate. Fails with the stream, when it completes, and in time. */
export function waitForValue<T>(
  value$: Observable<T>,
  predicate: (value: T) => boolean = () => true,
  { timeout: each = LIMIT, what = 'the value' }: WaitOptions = {}
): Promise<T> {
  return firstValueFrom(
    value$.pipe(filter(predicate), timeout({ first: each, with: () => throwError(() => late(what, each)) }))
  );
}

function late(what: Required<WaitOptions>['what'], limit: number, cause?: unknown): Error {
  return new Error(`${typeof what === 'string' ? what : what()}: not after ${limit} ms`, { cause });
}
