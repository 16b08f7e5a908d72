import { abortSignal, duration } from '../core/check.js';

/** How one request is treated. */
export interface CallOptions {
  /**
   * How long the request may take from its subscription to its reply, in milliseconds. Then it errors with `TIMEOUT`,
   * and the connection is left alone.
   */
  readonly timeout?: number | undefined;
  /** Ends the request with the error `ABORTED` when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** Refuses a bad timeout or signal with a `UsageError`. Which other options there are is for each method to say. */
export function checkCallOptions({ timeout, signal }: CallOptions): void {
  if (timeout !== undefined) duration('options.timeout', timeout);
  if (signal !== undefined) abortSignal('options.signal', signal);
}
