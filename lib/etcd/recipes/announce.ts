import {
  EMPTY,
  type Observable,
  concat,
  defer,
  distinct,
  filter,
  ignoreElements,
  map,
  of,
  repeat,
  switchMap,
  take,
} from 'rxjs';
import { retryIf } from '../../operators/retryIf.js';
import type { Etcd } from '../v3/client/etcd.js';
import { type LockClient, rawView } from './lockClient.js';

/** A key, as {@link announce} keeps it. */
export interface AnnounceOptions {
  /** The time to live of the lease, in milliseconds: how long the key outlives a crash. Default 10,000. */
  readonly ttl?: number;
}

/**
 * A key that is there for as long as the subscription, and goes with the client when that dies. It is made again when
 * it was deleted, or when its lease has run out. While another client has the key, it waits for that to go.
 *
 * - **Emits** each time that it was made. **Completes** when the client is closed.
 * - **Errors** with the refusal of a write.
 * - **Unsubscribing** deletes it.
 */
export function announce(
  etcd: Pick<LockClient<never>, 'with'>,
  key: string,
  value: Uint8Array,
  { ttl = 10_000 }: AnnounceOptions = {}
): Observable<void> {
  return defer(() => {
    const raw = rawView(etcd);
    const isClosed = () => raw.state.kind === 'closed';
    return raw.leases.hold(ttl).pipe(
      filter((standing) => standing.kind === 'held'),
      distinct(({ id }) => id),
      switchMap(({ id }) => kept(raw, key, value, id)),
      repeat({ delay: () => (isClosed() ? EMPTY : of(undefined)) })
    );
  });
}

/** Makes a key with this lease, and makes it again whenever it is gone. */
function kept(etcd: Etcd, key: string, value: Uint8Array, lease: bigint): Observable<void> {
  return defer(() =>
    etcd
      .transaction()
      .when(key, { exists: false })
      .do((t) => t.put(key, value, { lease }))
      .otherwise((t) => t.get(key))
      .commit()
  ).pipe(
    retryIf({ idempotent: true, scheduler: etcd.scheduler }), // a second try finds the key with our lease
    switchMap((done) => {
      const isOurs = done.succeeded || done.results[0]?.lease === lease;
      const gone$ = etcd.events(key, { from: done.revision + 1, only: 'deleted' }).pipe(take(1), ignoreElements());
      return concat(isOurs ? of(undefined) : EMPTY, gone$);
    }),
    map(() => undefined),
    repeat()
  );
}
