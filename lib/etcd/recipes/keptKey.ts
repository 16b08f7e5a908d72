import {
  type Observable,
  NEVER,
  ReplaySubject,
  catchError,
  concatMap,
  connect,
  distinctUntilChanged,
  distinctUntilKeyChanged,
  filter,
  ignoreElements,
  isObservable,
  merge,
  of,
  repeat,
  skip,
  startWith,
  switchMap,
  take,
  takeUntil,
  throwError,
} from 'rxjs';
import { equalBytes } from '../../bytes/equalBytes.js';
import { isCoordinationError } from '../../core/errors.js';
import { conflateMap } from '../../operators/conflateMap.js';
import type { Etcd } from '../v3/client/etcd.js';
import { heldLeases, untilClosed } from './heldLeases.js';
import { type CreatedKey, keyGone } from './keyGone.js';
import { leasedKey } from './leasedKey.js';
import { retryIdempotent } from './retryIdempotent.js';

/**
 * A key that is there for as long as the subscription, by a lease of its own: made again when it was deleted, and with
 * the next lease when its lease is lost. **Emits** each time that it was made.
 *
 * @param value of an Observable, always its newest value
 * @param ttl the time to live of the lease, in milliseconds
 */
export function keptKey(
  etcd: Etcd,
  key: string,
  value: Uint8Array | Observable<Uint8Array>,
  ttl: number
): Observable<CreatedKey> {
  const presence = (newest$: Observable<Uint8Array>) => {
    const kept$ = heldLeases(etcd, ttl).pipe(
      filter(({ kind }) => kind === 'held'),
      distinctUntilKeyChanged('epoch'),
      switchMap(({ id }) => keptWith(etcd, key, newest$, id))
    );
    return merge(newest$.pipe(ignoreElements()), kept$); // an error of the value comes first
  };
  const value$ = isObservable(value) ? value : of(value);
  return value$.pipe(connect(presence, { connector: () => new ReplaySubject(1) }), untilClosed(etcd));
}

/**
 * Keeps a key with this lease: makes it, and makes it again whenever it is gone. While another client has it, it waits
 * for that to go.
 */
export function keptWith(
  etcd: Etcd,
  key: string,
  newest$: Observable<Uint8Array>,
  lease: bigint
): Observable<CreatedKey> {
  const make = (value: Uint8Array) =>
    leasedKey(etcd, key, value, lease).pipe(
      switchMap((found) => {
        const gone$ = keyGone(etcd, found, found.revision + 1);
        const kept$ = merge(of(found), NEVER, renewed(etcd, found, value, newest$, lease));
        return (found.isOurs ? kept$ : NEVER).pipe(takeUntil(gone$));
      }),
      // the lease is lost, and the next one will come
      catchError((error: unknown) => (isCoordinationError(error, 'LEASE_NOT_FOUND') ? NEVER : throwError(() => error)))
    );
  return newest$.pipe(take(1), concatMap(make), repeat());
}

/** Writes values that are newer than the one of the key. */
function renewed(
  etcd: Etcd,
  { key, createRevision }: CreatedKey,
  value: Uint8Array,
  newest$: Observable<Uint8Array>,
  lease: bigint
): Observable<never> {
  return newest$.pipe(
    startWith(value),
    distinctUntilChanged((a, b) => equalBytes(a, b)),
    skip(1),
    conflateMap((newest) =>
      etcd
        .transaction()
        .when(key, { createRevision }) // else it is made again
        .do((t) => t.put(key, newest, { lease }))
        .commit()
        .pipe(retryIdempotent(etcd))
    ),
    ignoreElements()
  );
}
