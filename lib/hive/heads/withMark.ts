import { EMPTY, type Observable, catchError, concat, concatMap, defer, ignoreElements, map, of, tap } from 'rxjs';
import type { CellStep } from '../../core/contract.js';
import { insisting } from '../content/insisting.js';
import { type HiveCells, expiryKey } from '../hiveStore.js';
import type { HiveSettings } from '../options.js';

/** The cells of the marks that say which entries run out: a sweeper looks at those entries alone. */
interface MarkGround<V> {
  readonly places: { readonly index: HiveCells<V> };
  readonly settings: HiveSettings;
}

/** The step of a transaction that makes or renews the mark of an entry. Who knows an older mark cannot delete it. */
export function markStep<V>({ places, settings }: MarkGround<V>, alias: string): Observable<CellStep<V>> {
  const key = expiryKey(alias);
  return places.index.get(key, { latest: true }).pipe(
    map((cell): CellStep<V> => {
      const value = markNow(settings);
      return cell.version === undefined
        ? { kind: 'create', key, value }
        : { kind: 'set', key, value, version: cell.version };
    })
  );
}

/**
 * Does a write of an entry that runs out. In a store without transactions a mark is made before it, and renewed when it
 * takes so long that a sweeper may have deleted the mark. Elsewhere the head and its mark are written together.
 */
export function withMark<V, T>(
  { places, settings }: MarkGround<V>,
  alias: string,
  expiresAt: number | undefined,
  write$: Observable<T>
): Observable<T> {
  const { index } = places;
  if (expiresAt === undefined || index.transact !== undefined) return write$;
  const { grace, scheduler } = settings;
  return defer(() => {
    let marked = -Infinity;
    const mark$ = defer(() => {
      const now = scheduler.now();
      return index.set(expiryKey(alias), markNow(settings)).pipe(tap(() => (marked = now)));
    }).pipe(insisting(settings), ignoreElements());
    const again$ = mark$.pipe(catchError(() => EMPTY)); // the entry may be visible, and runs out without a mark too
    const renewed = (value: T) => (scheduler.now() - marked > grace / 2 ? concat(again$, of(value)) : of(value));
    return concat(mark$, write$.pipe(concatMap(renewed)));
  });
}

/** The content of a mark: when it was made. */
function markNow({ scheduler }: HiveSettings): Uint8Array {
  return Buffer.from(String(scheduler.now()));
}
