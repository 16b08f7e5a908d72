import { type Observable, type SchedulerLike, catchError, concatMap, defer, retry, throwError, timer } from 'rxjs';
import { isCoordinationError } from '../../../core/errors.js';
import type { NurseryConfig } from '../../protocol/nurseryConfig.js';
import type { NurseryBook } from './nurseryBook.js';

/** What it takes to follow keys. */
export interface Following {
  readonly book: NurseryBook;
  readonly scheduler: SchedulerLike;
  /** Milliseconds. */
  readonly patience: number;
}

/** Naps before the configuration is read again, as Arakoon's own clients take them. */
const NAP = 100;
const GROWTH = 1.5;

/** Does something by the configuration, and once more by a newer one where keys have moved. */
export function following<T>({ scheduler, book, patience }: Following, request: (config: NurseryConfig) => Observable<T>): Observable<T> {
  return defer(() => {
    const giveUp = scheduler.now() + patience;
    return defer(() => {
      const { config$ } = book;
      return config$.pipe(
        concatMap(request),
        catchError((error: unknown) => {
          if (isCoordinationError(error, 'OUTSIDE_INTERVAL')) book.outdated(config$);
          return throwError(() => error);
        })
      );
    }).pipe(
      retry({
        delay: (error, count) => {
          const nap = NAP * GROWTH ** (count - 1);
          return isCoordinationError(error, 'OUTSIDE_INTERVAL') && scheduler.now() + nap < giveUp ? timer(nap, scheduler) : throwError(() => error as unknown);
        },
      })
    );
  });
}
