import { type Observable, defer, distinctUntilChanged, map } from 'rxjs';
import { knownKeys } from '../../core/check.js';
import { situated } from '../../core/errors.js';
import { type LeadershipOf, leaderships } from '../../lease/leaderships.js';
import type { Etcd } from '../v3/client/etcd.js';
import { EtcdLease } from './etcdLease.js';
import { type ContendOptions, lineOf } from './lock.js';
import { type LockClient, rawView } from './lockClient.js';
import { type Contender, waitInLine } from './waitInLine.js';

/** Where a candidate of an election stands. */
export type Leadership<V = Uint8Array> = LeadershipOf<EtcdLease<V>, Contender>;

/** The leader of an election, as others see it. */
export interface Leader {
  readonly key: string;
  /** The fencing token: the revision that created its key. */
  readonly token: bigint;
  /** The value that it has proclaimed. */
  readonly data: Uint8Array;
}

/**
 * Stands for leader, by a key below `name` that goes with a lease. It contends with `etcdctl elect` and with the
 * election of clientv3's `concurrency`.
 *
 * - **Emits** the role: `'candidate'` with those who came before, `'leader'` with the lease, `'paused'` while the
 *   connection is lost.
 * - **Completes** when the client is closed. **Errors** with other refusals than a loss, after which it stands again.
 * - **Unsubscribing** resigns.
 *
 * @example
 * ```ts
 * import { elect, whileLeader } from 'quorum-rx/etcd';
 *
 * elect(etcd, 'election', { data: new TextEncoder().encode('host-7') })
 *   .pipe(whileLeader((lease) => work(lease.token)))
 *   .subscribe();
 * ```
 */
export function elect<V>(etcd: LockClient<V>, name: string, options: ContendOptions = {}): Observable<Leadership<V>> {
  return defer(() => {
    try {
      const line = lineOf(name, knownKeys('options', options, ['ttl', 'data']));
      const standing$ = waitInLine(rawView(etcd), {
        ...line,
        own: line.prefix,
        blocker: (ahead) => ahead.at(-1)?.key,
      });
      return leaderships(standing$, (tenure) => new EtcdLease(etcd, tenure));
    } catch (error) {
      throw situated(error, { operation: 'elect', path: name });
    }
  });
}

/**
 * The leader of an election, now and after every change; `undefined` while there is none. **Completes** when the client
 * is closed. While the connection is lost, the last one that was known stays.
 */
export function watchLeader(etcd: Pick<Etcd, 'with'>, name: string): Observable<Leader | undefined> {
  return defer(() => rawView(etcd).watchPrefix(lineOf(name, {}).prefix)).pipe(
    map(({ entries }): Leader | undefined => {
      let first: Leader | undefined;
      for (const [key, { facts, value }] of entries ?? []) {
        const token = BigInt(facts?.createRevision ?? 0);
        if (value !== undefined && (first === undefined || token < first.token)) first = { key, token, data: value };
      }
      return first;
    }),
    distinctUntilChanged((a, b) => a?.token === b?.token && a?.data === b?.data)
  );
}

/** Replaces the value that a leader shows. Does nothing, and **emits** `false`, when it is leader no more. */
export function proclaim<V>(lease: EtcdLease<V>, value: V): Observable<boolean> {
  return lease
    .transaction()
    .do((t) => t.put(lease.key, value, { keepLease: true }))
    .commit()
    .pipe(map(({ succeeded }) => succeeded));
}
