import { type MonoTypeOperatorFunction, retry, throwError, timer } from 'rxjs';
import { backoff } from '../../../core/backoff.js';
import { isCoordinationError } from '../../../core/errors.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';

const WAITS = { min: 100, max: 5000 };
/** Refusals that trying again does not change. */
const FINAL: ReadonlySet<string> = new Set(['NO_NODE', 'NO_AUTH', 'NOT_EMPTY', 'UNSUPPORTED', 'UNIMPLEMENTED']);

/**
 * For a node that must not be left behind: repeats what finds it or gives it back, whatever goes wrong, for as long as
 * its session lives.
 */
export function persist<T>({ scheduler }: Pick<ZooKeeper, 'scheduler'>): MonoTypeOperatorFunction<T> {
  return retry({
    delay: (error: unknown, count) =>
      passes(error)
        ? timer(
            backoff(count, WAITS, () => 0.5),
            scheduler
          )
        : throwError(() => error),
  });
}

function passes(error: unknown): boolean {
  if (!isCoordinationError(error) || error.layer === 'usage') return false;
  return error.layer === 'session' ? error.code === 'MOVED' : !FINAL.has(error.code);
}
