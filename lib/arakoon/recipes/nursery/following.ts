import { type Observable, type SchedulerLike, catchError, concatMap, defer, retry, throwError, timer } from 'rxjs';
import { isCoordinationError } from '../../../core/errors.js';
import type { NurseryConfig } from '../../protocol/nurseryConfig.js';
import { Unlisted } from './clusterClients.js';
import type { NurseryBook } from './nurseryBook.js';

/** The needs of a request that follows keys. */
export interface Following {
  readonly book: NurseryBook;
  readonly scheduler: SchedulerLike;
  /** Milliseconds. */
  readonly patience: number;
}

/** Naps before the configuration is read again, as Arakoon's own clients take them. */
const NAP = 100;
const GROWTH = 1.5;

/**
 * Does something by the configuration, and again by a newer one while keys move, or while the keeper lacks an address.
 */
export function following<T>(
  { scheduler, book, patience }: Following,
  request: (config: NurseryConfig) => Observable<T>
): Observable<T> {
  return defer(() => {
    const giveUp = scheduler.now() + patience;
    let doubt: unknown; // an earlier attempt may have been done, whatever a later one is answered
    return defer(() => {
      const { config$ } = book;
      return config$.pipe(
        concatMap(request),
        catchError((error: unknown) => {
          if (isOutdated(error)) book.outdated(config$);
          if (isCoordinationError(error) && error.effect === 'unknown') doubt = error;
          return throwError(() => error);
        })
      );
    }).pipe(
      retry({
        delay: (error, count) => {
          const nap = NAP * GROWTH ** (count - 1);
          return isOutdated(error) && scheduler.now() + nap < giveUp
            ? timer(nap, scheduler)
            : throwError(() => doubt ?? (error as unknown));
        },
      })
    );
  });
}

/** Whether a newer configuration may help. The attempt that was refused has done nothing. */
function isOutdated(error: unknown): boolean {
  return error instanceof Unlisted || isCoordinationError(error, 'OUTSIDE_INTERVAL');
}
