import {
  EMPTY,
  type MonoTypeOperatorFunction,
  type Observable,
  catchError,
  concatMap,
  endWith,
  from,
  ignoreElements,
  map,
  mergeMap,
  throwError,
} from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import type { HiveGround } from '../hiveGround.js';
import { EXPIRIES, expiryKey } from '../hiveStore.js';
import { type Outcome, skippingDamage } from './sweepReport.js';
import { unlessAbsent } from '../content/insisting.js';

/** Deletes the entries that have run out. */
export function sweepExpired<V>(ground: HiveGround<V>, dryRun: boolean): Observable<Outcome> {
  const { places, settings } = ground;
  return places.index.list(EXPIRIES, { latest: true }).pipe(
    concatMap((keys) => from(keys)),
    mergeMap(
      (key) => sweepMarked(ground, key.slice(EXPIRIES.length), dryRun).pipe(unlessOvertaken(), skippingDamage()),
      settings.window
    )
  );
}

/**
 * Deletes an entry that has a mark, if it has run out. The mark goes later. It is read first: a write that comes
 * between the two reads makes another mark.
 */
function sweepMarked<V>(
  { places, heads, settings }: HiveGround<V>,
  alias: string,
  dryRun: boolean
): Observable<Outcome> {
  const { index } = places;
  const key = expiryKey(alias);
  return index.get(key, { latest: true }).pipe(
    concatMap((mark) => heads.storedForChange(alias, 'sweep').pipe(map((found) => ({ mark, found })))),
    concatMap(({ mark, found }) => {
      if (mark.kind !== 'present') return EMPTY;
      if (found !== undefined && heads.isOver(found.head)) {
        const gone$ = dryRun ? EMPTY : heads.delete(alias, found, 'sweep').pipe(ignoreElements());
        return gone$.pipe(endWith<Outcome>({ expired: 1 }));
      }
      const isNeeded = found?.head.expiresAt !== undefined;
      const isOld = settings.scheduler.now() - Number(Buffer.from(mark.value).toString()) > settings.grace;
      if (isNeeded || !isOld || dryRun) return EMPTY; // a writer may be about to write the entry
      return index.delete(key, { version: mark.version }).pipe(unlessAbsent(), ignoreElements());
    })
  );
}

/** Leaves an entry alone that a client has changed meanwhile. */
function unlessOvertaken<T>(): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => {
    const isOvertaken = (['CONFLICT', 'VERSION_CONFLICT', 'ENTRY_CHANGED', 'ALIAS_NOT_FOUND'] as const).some((code) =>
      isCoordinationError(error, code)
    );
    return isOvertaken ? EMPTY : throwError(() => error);
  });
}
