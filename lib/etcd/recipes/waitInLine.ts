import {
  type Observable,
  concat,
  connect,
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  repeat,
  switchMap,
  take,
  takeWhile,
  throwError,
} from 'rxjs';
import { leaseLost } from '../../lease/leaseError.js';
import { reportedStandings } from '../../lease/reportedStandings.js';
import { type Place, type Standing, standings } from '../../lease/standings.js';
import type { Proof } from '../../lease/tenures.js';
import type { Etcd } from '../v3/client/etcd.js';
import type { KeyRange } from '../v3/client/keyValue.js';
import { untilClosed } from './heldLeases.js';
import { type CreatedKey, keyGone } from './keyGone.js';
import { leasedKey } from './leasedKey.js';

/** The key of one who waits or holds. */
export interface Contender {
  readonly key: string;
  /** Who has the lowest came first. */
  readonly createRevision: number;
  readonly data: Uint8Array;
}

/** How to wait in a line of keys. */
export interface LineOptions {
  /** What the keys of all contenders begin with. */
  readonly prefix: string;
  /** The first part of our own key, before the id of the lease. */
  readonly own: string;
  /** The value of our key. */
  readonly data: Uint8Array;
  /** The time to live of our lease, in milliseconds. */
  readonly ttl: number;
  /** The keys whose deletion may mean that it is our turn; `undefined` when it is. */
  readonly blocker: (ahead: readonly Contender[]) => string | KeyRange | undefined;
}

/** Our key in the line. */
interface OwnKey extends CreatedKey {
  readonly leaseId: bigint;
  readonly ttl: number;
}

/**
 * Stands in line with a key of our own, which goes with a lease: in the order of the revisions that created the keys,
 * as clientv3's `concurrency` and etcdctl do.
 *
 * - **Emits** the place in the line, whenever it may have changed, and then how it is held.
 * - **Errors** with `LEASE_LOST` when the lease or the key is gone. **Completes** when the client is closed.
 * - **Unsubscribing** revokes the lease, and so deletes the key.
 */
export function waitInLine(etcd: Etcd, options: LineOptions): Observable<Standing<Contender>> {
  const place$ = etcd.leases.hold(options.ttl).pipe(
    connect((standing$) => {
      const lost$ = standing$.pipe(
        filter(({ kind }) => kind === 'lost'),
        mergeMap(({ id }) => throwError(() => leaseLost(ownKey(options, id), 'its lease has run out')))
      );
      const own$ = standing$.pipe(
        filter((standing) => standing.kind === 'held'),
        take(1),
        switchMap(({ id, ttl }) => enter(etcd, options, id, ttl))
      );
      return merge(lost$, own$.pipe(switchMap((own) => merge(places(etcd, options, own), deleted(etcd, own)))));
    })
  );
  // a hold ends with the client, and not when its proof is too old
  return standings(place$).pipe(untilClosed(etcd), reportedStandings(etcd.state$));
}

/** Makes our key, once. */
function enter(etcd: Etcd, options: LineOptions, leaseId: bigint, ttl: number): Observable<OwnKey> {
  const key = ownKey(options, leaseId);
  return leasedKey(etcd, key, options.data, leaseId).pipe(
    map(({ createRevision }) => ({ key, createRevision, leaseId, ttl })) // its name has our lease: it is ours
  );
}

function places(etcd: Etcd, { prefix, blocker }: LineOptions, own: OwnKey): Observable<Place<Contender>> {
  return defer(() =>
    etcd.range({ prefix }, { maxCreateRevision: own.createRevision - 1, sort: { by: 'createRevision' } })
  ).pipe(
    switchMap(({ entries, revision }) => {
      const ahead = entries.map(({ key, createRevision, value: data }) => ({ key, createRevision, data }));
      const first = blocker(ahead);
      if (first === undefined) return of({ ahead, proof: proofOf(etcd, own) });
      const moved$ = etcd.events(first, { from: revision + 1, only: 'deleted' }).pipe(take(1), ignoreElements());
      return concat(of({ ahead, proof: undefined }), moved$);
    }),
    repeat(),
    takeWhile(({ proof }) => proof === undefined, true)
  );
}

/** Errors when our key is deleted. */
function deleted(etcd: Etcd, own: OwnKey): Observable<never> {
  return keyGone(etcd, own).pipe(mergeMap(() => throwError(() => leaseLost(own.key, 'its key was deleted'))));
}

/** A keep-alive that was answered, and then a read of our key: the lease lives, and the key with it. */
function proofOf(etcd: Etcd, { key, createRevision, leaseId, ttl }: OwnKey): Proof {
  const gone = () => throwError(() => leaseLost(key, 'its key was deleted'));
  return {
    name: key,
    token: BigInt(createRevision),
    scheduler: etcd.scheduler,
    link$: etcd.state$.pipe(map(({ kind }) => (kind === 'connected' ? { timeout: ttl } : undefined))),
    prove: () =>
      etcd.leases.keepAlive(leaseId).pipe(
        mergeMap((left) => (left === 0 ? gone() : etcd.get(key))),
        mergeMap((found) => (found?.createRevision === createRevision ? of(undefined) : gone()))
      ),
  };
}

function ownKey({ own }: LineOptions, leaseId: bigint): string {
  return `${own}${leaseId.toString(16)}`;
}
