import { type Observable, filter } from 'rxjs';
import type { CallOptions } from '../../../client/callOptions.js';
import { reportedLease } from '../../../client/reportedLease.js';
import { sound } from '../../../client/sound.js';
import { duration, flag } from '../../../core/check.js';
import { type LeaseStanding, heldLease } from '../lease/heldLease.js';
import { keepLeaseAlive, revokeLease } from '../lease/leaseCalls.js';
import { leaseGrant, leaseLeases, leaseTimeToLive } from '../protocol/methods.js';
import type { Methods } from './methods.js';
import { leaseId } from './writeRequest.js';

/** A lease as the cluster knows it. */
export interface LeaseInfo<K = string> {
  readonly id: bigint;
  /** Milliseconds that are left; `undefined` where there is no such lease. */
  readonly left: number | undefined;
  /** Milliseconds for which it was granted. */
  readonly ttl: number;
  /** Its keys, if they were asked for. */
  readonly keys: readonly K[];
}

/**
 * Leases: keys that are written with one are deleted when it ends. Times are milliseconds; etcd counts in seconds, and
 * rounds up.
 */
export interface Leases<K = string> {
  /**
   * A lease that lives as long as the subscription, and is kept alive three times in its time to live.
   *
   * - **Emits** `held`; `suspect` when no member has answered for so long that it may have run out; `lost` when it has.
   *   **Completes** after `lost`, and when the client is closed.
   * - **Errors** with the refusal of the grant, or a `UsageError`.
   * - **Unsubscribing** revokes it, and so deletes its keys.
   *
   * @example
   * ```ts
   * import { switchMap } from 'rxjs';
   *
   * etcd.leases
   *   .hold(10_000)
   *   .pipe(switchMap((lease) => (lease.kind === 'held' ? etcd.put('workers/7', data, { lease: lease.id }) : [])))
   *   .subscribe();
   * ```
   *
   * @param ttl the time to live
   */
  hold(ttl: number): Observable<LeaseStanding>;
  /** Grants a lease that lives on without the client. **Emits** its id and the granted time to live. */
  grant(
    ttl: number,
    options?: CallOptions & { readonly id?: bigint | undefined }
  ): Observable<{ readonly id: bigint; readonly ttl: number }>;
  /** Keeps a lease alive once. **Emits** the time to live; 0 where there is no such lease. */
  keepAlive(id: bigint, options?: CallOptions): Observable<number>;
  /** Ends a lease, and deletes its keys. That there is none is as good. */
  revoke(id: bigint, options?: CallOptions): Observable<void>;
  /** How long a lease has to live, and which keys it has. */
  timeToLive(id: bigint, options?: CallOptions & { readonly keys?: boolean | undefined }): Observable<LeaseInfo<K>>;
  /** The ids of all leases. */
  list(options?: CallOptions): Observable<readonly bigint[]>;
}

const SECOND = 1000;

/** A lease as the channel of leases has it. */
const reportOf = ({ kind, id }: LeaseStanding) => ({
  event: kind === 'suspect' ? ('doubt' as const) : kind,
  name: id.toString(16),
});

/** The leases of a client. */
export function createLeases<K>(all: Methods, keyOf: (bytes: Uint8Array) => K): Leases<K> {
  const { session, exchange, checked, method } = all;
  const { scheduler, random } = session.settings;
  const closed$ = session.states.state$.pipe(filter(({ kind }) => kind === 'closed'));
  return {
    hold: (ttl) =>
      sound('lease', () =>
        heldLease({ exchange, scheduler, random, closed$ }, duration('ttl', ttl)).pipe(
          reportedLease(session.meter, reportOf)
        )
      ),
    grant: (ttl, options) =>
      method(
        'grant',
        leaseGrant,
        ['id'],
        options,
        ({ id }) => ({
          ttl: Math.ceil(duration('ttl', ttl) / SECOND),
          ...(id !== undefined && { id: leaseId('options.id', id) }),
        }),
        { decode: (granted) => ({ id: granted.id, ttl: granted.ttl * SECOND }) }
      ),
    keepAlive: (id, options) => sound('keepAlive', () => keepLeaseAlive(exchange, leaseId('id', id), checked(options))),
    revoke: (id, options) => sound('revoke', () => revokeLease(exchange, leaseId('id', id), checked(options))),
    timeToLive: (id, options) =>
      method(
        'timeToLive',
        leaseTimeToLive,
        ['keys'],
        options,
        ({ keys = false }) => ({ id: leaseId('id', id), keys: flag('options.keys', keys) }),
        {
          decode: ({ ttl, grantedTtl, keys }) => ({
            id,
            left: ttl < 0 ? undefined : ttl * SECOND,
            ttl: grantedTtl * SECOND,
            keys: keys.map(keyOf),
          }),
        }
      ),
    list: (options) =>
      method('leases', leaseLeases, [], options, () => ({}), { decode: ({ leases }) => leases.map(({ id }) => id) }),
  };
}
