import { type Observable, catchError, defer, forkJoin, map, of } from 'rxjs';
import { array } from '../../core/check.js';
import { type CoordinationError, UsageError } from '../../core/errors.js';
import { asCoordinationError } from '../../core/failures.js';
import type { Outcome, Outcomes } from '../../core/outcome.js';
import type { Batch, Call } from '../session/call.js';
import { type Origin, Request } from '../session/exchange.js';

/** Sends requests in one go, over one link. See `ZooKeeper.batch`. */
export function batch<const R extends readonly Observable<unknown>[]>(
  requests: R,
  origin: Origin
): Observable<Outcomes<R>> {
  return defer(() => {
    const group: Batch = { started: false };
    if (array('requests', requests).length === 0) return of([]);
    return forkJoin(requests.map((request$, i) => outcome(request$, group, origin, i)));
  }) as Observable<unknown> as Observable<Outcomes<R>>;
}

function outcome(request$: Observable<unknown>, group: Batch, origin: Origin, i: number): Observable<Outcome<unknown>> {
  if (!(request$ instanceof Request) || request$.origin !== origin)
    throw new UsageError(
      `requests[${i}]`,
      'must be a single request of this session, as the methods of the client return it'
    );
  const calls: Call[] = []; // one, or more if a filter sends it again
  return request$
    .inBatch(group, (call) => calls.push(call))
    .pipe(
      map((value): Outcome<unknown> => ({ kind: 'reply', value })),
      catchError((cause: unknown) => {
        const error = asCoordinationError(cause);
        return of<Outcome<unknown>>({ kind: kindOf(error, calls), error });
      })
    );
}

function kindOf({ layer }: CoordinationError, calls: readonly Call[]): 'refused' | 'lost' | 'retriable' {
  if (layer === 'server' || layer === 'usage') return 'refused';
  return calls.some(({ sent }) => sent) ? 'lost' : 'retriable';
}
