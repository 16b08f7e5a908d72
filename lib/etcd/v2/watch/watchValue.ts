import { EMPTY, type Observable, catchError, defer, mergeMap, of, throwError } from 'rxjs';
import { type CoordinationError, SessionError } from '../../../core/errors.js';
import { type Watched, freshness } from '../../../core/watched.js';
import type { EtcdV2Node } from '../protocol/answer.js';
import type { Step } from './follow.js';

/** The steps of a follower as a watched value. */
export function watchValue<T, X>(
  step$: Observable<Step>,
  found: (tree: EtcdV2Node | undefined) => Watched<T, X>
): Observable<Watched<T, X>> {
  return defer(() => {
    let last: Watched<T, X> | undefined;
    let tree: EtcdV2Node | undefined;
    const shown = (value: Watched<T, X>) => of((last = value));
    const asStale = (cause: CoordinationError | undefined) =>
      ({ ...last!, cause: undefined, ...freshness(cause) }) as Watched<T, X>;
    return step$.pipe(
      mergeMap((step): Observable<Watched<T, X>> => {
        switch (step.kind) {
          case 'lost':
            return last === undefined || last.stale ? EMPTY : shown(asStale(step.cause));
          case 'live':
            return last?.stale === true ? shown(asStale(undefined)) : EMPTY;
          case 'denied':
            return last?.kind === 'denied' ? EMPTY : shown({ kind: 'denied', stale: false } as Watched<T, X>);
          default: {
            const isSame = last !== undefined && last.kind !== 'denied' && step.tree === tree;
            if (isSame) return last?.stale === true ? shown(asStale(undefined)) : EMPTY;
            tree = step.tree;
            return shown(found(tree));
          }
        }
      }),
      catchError((error: unknown) => (last !== undefined && isClosed(error) ? EMPTY : throwError(() => error)))
    );
  });
}

/** Whether the client was closed. */
export function isClosed(error: unknown): boolean {
  return error instanceof SessionError && error.code === 'CLOSED';
}
