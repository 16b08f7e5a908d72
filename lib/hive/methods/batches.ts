import {
  type Observable,
  catchError,
  defaultIfEmpty,
  defer,
  from,
  isObservable,
  map,
  mergeMap,
  of,
  reduce,
  takeLast,
} from 'rxjs';
import { sound } from '../../client/sound.js';
import { array } from '../../core/check.js';
import { type CoordinationError, UsageError } from '../../core/errors.js';
import { asCoordinationError } from '../../core/failures.js';
import type { Outcome, Outcomes } from '../../core/outcome.js';
import type { HiveParts } from '../hiveParts.js';
import type { HiveBatches } from '../api/hiveBatches.js';

/** The method that does many requests. */
export function batches<T, V>({ ground }: HiveParts<T, V>): HiveBatches {
  const { window } = ground.settings;
  return {
    batch: <const R extends readonly Observable<unknown>[]>(requests: R) =>
      sound('batch', () => {
        const given = [...array('requests', requests)]; // the caller may change the array later
        given.forEach((request$: unknown, i) => {
          if (!isObservable(request$)) throw new UsageError(`requests[${i}]`, 'must be a request of this hive');
        });
        return defer(() =>
          from(given).pipe(
            mergeMap((request$, i) => outcomeOf(request$).pipe(map((outcome) => ({ outcome, i }))), window),
            reduce((outcomes, { outcome, i }) => {
              outcomes[i] = outcome;
              return outcomes;
            }, new Array<Outcome<unknown>>(given.length))
          )
        ) as Observable<unknown> as Observable<Outcomes<R>>;
      }),
  };
}

function outcomeOf(request$: Observable<unknown>): Observable<Outcome<unknown>> {
  return request$.pipe(
    takeLast(1),
    defaultIfEmpty<unknown, undefined>(undefined),
    map((value): Outcome<unknown> => ({ kind: 'reply', value })),
    catchError((cause: unknown) => {
      const error = asCoordinationError(cause);
      return of<Outcome<unknown>>({ kind: kindOf(error), error });
    })
  );
}

function kindOf({ layer, effect }: CoordinationError): 'refused' | 'lost' | 'retriable' {
  if (effect === 'unknown') return 'lost';
  return layer === 'transport' || layer === 'session' ? 'retriable' : 'refused';
}
