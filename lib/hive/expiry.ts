import {
  EMPTY,
  type Observable,
  concat,
  concatMap,
  defer,
  endWith,
  from,
  ignoreElements,
  mergeMap,
  of,
  reduce,
} from 'rxjs';
import type { HiveGround } from './commit.js';
import { EXPIRIES, expiryKey } from './hiveStore.js';
import { unlessAbsent } from './slices.js';

/** Does a write of an entry that runs out. First a mark is made, so that a sweeper finds the entry. */
export function withMark<V, T>(
  { places, settings }: HiveGround<V>,
  alias: string,
  expiresAt: number | undefined,
  write$: Observable<T>
): Observable<T> {
  if (expiresAt === undefined) return write$;
  const mark$ = defer(() => places.index.set(expiryKey(alias), Buffer.from(String(settings.scheduler.now()))));
  return concat(mark$.pipe(ignoreElements()), write$);
}

/** Deletes the entries that have run out. **Emits** their number. */
export function sweepExpired<V>(ground: HiveGround<V>, dryRun: boolean): Observable<number> {
  const { places, settings } = ground;
  return places.index.list(EXPIRIES, { latest: true }).pipe(
    concatMap((keys) =>
      from(keys).pipe(
        mergeMap((key) => sweepMarked(ground, key.slice(EXPIRIES.length), dryRun), settings.window),
        reduce((sum, one) => sum + one, 0)
      )
    )
  );
}

/** Deletes an entry that has a mark, if it has run out. **Emits** 1 if so. The mark goes later. */
function sweepMarked<V>(
  { places, heads, settings }: HiveGround<V>,
  alias: string,
  dryRun: boolean
): Observable<number> {
  const { index } = places;
  const key = expiryKey(alias);
  return index.get(key, { latest: true }).pipe(
    concatMap((mark) =>
      heads.stored(alias, 'sweep', true).pipe(
        concatMap((found) => {
          if (mark.kind !== 'present') return EMPTY;
          if (found !== undefined && heads.isOver(found.head)) {
            if (dryRun) return of(1);
            return heads.delete(alias, found.version, 'sweep').pipe(ignoreElements(), endWith(1));
          }
          const isNeeded = found?.head.expiresAt !== undefined;
          const isOld = settings.scheduler.now() - Number(Buffer.from(mark.value).toString()) > settings.grace;
          if (isNeeded || !isOld || dryRun) return EMPTY; // a writer may be about to write the entry
          return index.delete(key, { version: mark.version }).pipe(unlessAbsent(), ignoreElements());
        })
      )
    )
  );
}
