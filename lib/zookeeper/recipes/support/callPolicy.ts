import { catchError, type MonoTypeOperatorFunction, of, type OperatorFunction, retry, throwError, timer } from 'rxjs';
import { type ErrorCode, isCoordinationError } from '../../../core/errors.js';
import { type RetryIfOptions, retryIf } from '../../../operators/retryIf.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { backoff } from '../../../core/backoff.js';
import type { CallOptions } from '../../session/exchange.js';

/** Turns an error with one of these codes into the value `undefined`. */
export function valueOnError<T>(...codes: readonly ErrorCode[]): OperatorFunction<T, T | undefined> {
  return catchError((error: unknown) =>
    isCoordinationError(error, ...codes) ? of(undefined) : throwError(() => error)
  );
}

/**
 * Tries again after a lost link. For requests that may be done twice: reads, and writes whose second run changes
 * nothing. It also tries again after a `PROTOCOL` error: a real server was seen to break the protocol while it stopped.
 */
export function retryIdempotent<T>(
  { scheduler }: Pick<ZooKeeper, 'scheduler'>,
  { codes = [], ...options }: Pick<RetryIfOptions, 'codes' | 'backoff'> = {}
): MonoTypeOperatorFunction<T> {
  return retryIf({ idempotent: true, codes: ['PROTOCOL', ...codes], scheduler, ...options });
}

const WAITS = { min: 100, max: 5000 };
/** Refusals that another try does not change. */
const FINAL: ReadonlySet<ErrorCode> = new Set(['NO_NODE', 'NO_AUTH', 'NOT_EMPTY', 'UNSUPPORTED', 'UNIMPLEMENTED']);

/**
 * Tries again after every error that may pass, unless the session is lost over a request. If it is lost between two
 * tries, the next session goes on: with some servers the nodes of the last one are still there. For requests that find
 * or delete a node of ours: a node that stays behind would block other clients.
 */
export function retryWhileSessionLives<T>({ scheduler }: Pick<ZooKeeper, 'scheduler'>): MonoTypeOperatorFunction<T> {
  return retry({
    delay: (error: unknown, count) =>
      mayPass(error)
        ? timer(
            backoff(count, WAITS, () => 0.5),
            scheduler
          )
        : throwError(() => error),
  });
}

function mayPass(error: unknown): boolean {
  if (!isCoordinationError(error) || error.layer === 'usage') return false;
  return error.layer === 'session' ? error.code === 'MOVED' : !FINAL.has(error.code);
}

/**
 * Call options without timeout and signal, whatever `ZooKeeper.with` has set. For requests that create or delete a node
 * of ours: a node that an abort leaves behind would block other clients.
 */
export const withoutLimits: CallOptions = { timeout: undefined, signal: undefined };
