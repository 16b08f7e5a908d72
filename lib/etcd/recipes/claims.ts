import {
  EMPTY,
  NEVER,
  type Observable,
  catchError,
  concat,
  concatMap,
  defer,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  of,
  repeat,
  switchMap,
  take,
  takeWhile,
  throwError,
} from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import { bracket } from '../../operators/bracket.js';
import type { Etcd } from '../v3/client/etcd.js';
import type { KeyValue } from '../v3/client/keyValue.js';
import type { CreatedKey } from './keyGone.js';
import { leasedKey } from './leasedKey.js';
import { type Item, type QueueOrder, SORTS, itemOf } from './putItem.js';
import { retryIdempotent } from './retryIdempotent.js';

/** A queue, and how it is worked off. */
export interface Queue {
  readonly name: string;
  readonly order: QueueOrder;
}

/** An item that we have taken: the key that says so. */
export interface Claim extends CreatedKey {
  readonly item: Item;
  readonly itemKey: string;
  /** Whether the item is done, and the key gone. */
  isOver: boolean;
}

/** Of those that seem to be free, so many are tried before looking again: others are at the first ones too. */
const TRIES = 8;
const NOTHING = new Uint8Array(0);

/** The end of one item. */
const END = Symbol('end of an item');

/**
 * Takes free items, one after the other, each until the work on it has completed. **Emits** the values of the work.
 * **Unsubscribing** ends the work, and puts the item back.
 *
 * @param lease the items are free again when it ends
 */
export function claims<T>(
  etcd: Etcd,
  { name, order }: Queue,
  lease: bigint,
  work: (claim: Claim) => Observable<T>
): Observable<T> {
  const prefix = `${name}/`;
  const taken = `__${name}/taken/`; // beside the queue: other programs take each key below its name for an item
  let limit = 2 * TRIES;
  const look$ = defer(() =>
    etcd
      .transaction()
      .do((t) => t.range({ prefix }, { limit, sort: SORTS[order] }).range({ prefix: taken }))
      .commit()
  ).pipe(retryIdempotent(etcd));
  const one = (entry: KeyValue): Observable<T | typeof END> => {
    const claim$ = claimed(etcd, taken + entry.key.slice(prefix.length), lease, prefix, entry);
    return bracket(claim$, (claim) => (claim === undefined ? EMPTY : putBack(etcd, claim))).pipe(
      switchMap((claim) => (claim === undefined ? NEVER : work(claim).pipe(endWith(END)))) // another lease will come
    );
  };
  return look$.pipe(
    concatMap(({ succeeded, revision, results }) => {
      if (!succeeded) return EMPTY; // it has no condition
      const [items, held] = results;
      const busy = new Set(held.entries.map(({ key }) => prefix + key.slice(taken.length)));
      const free = items.entries.filter(({ key }) => !busy.has(key));
      if (free.length > 0) return concat(...free.slice(0, TRIES).map(one));
      if (items.more) return defer(() => ((limit *= 2), EMPTY));
      const from = revision + 1;
      const came$ = etcd.events({ prefix }, { from, only: 'put' });
      const freed$ = etcd.events({ prefix: taken }, { from, only: 'deleted' });
      return merge(came$, freed$).pipe(take(1), ignoreElements());
    }),
    takeWhile((value): value is T => value !== END),
    repeat() // the first item is looked for again
  );
}

/** Takes an item, unless another has it. **Emits** `undefined` where our lease is gone. */
function claimed(
  etcd: Etcd,
  key: string,
  lease: bigint,
  prefix: string,
  entry: KeyValue
): Observable<Claim | undefined> {
  const isThere = etcd.transaction().when(entry.key, { createRevision: entry.createRevision });
  return leasedKey(etcd, key, NOTHING, lease, isThere).pipe(
    filter(({ isOurs }) => isOurs),
    map(({ createRevision }): Claim => {
      return { key, createRevision, item: itemOf(prefix, entry), itemKey: entry.key, isOver: false };
    }),
    catchError((error: unknown) =>
      isCoordinationError(error, 'LEASE_NOT_FOUND') ? of(undefined) : throwError(() => error)
    )
  );
}

function putBack(etcd: Etcd, { key, createRevision, isOver }: Claim): Observable<unknown> {
  if (isOver) return EMPTY;
  return etcd
    .transaction()
    .when(key, { createRevision })
    .do((t) => t.delete(key))
    .commit()
    .pipe(retryIdempotent(etcd));
}
