import { type Observable, map } from 'rxjs';
import { type CallOptions, checkCallOptions } from '../../../client/callOptions.js';
import { sound } from '../../../client/sound.js';
import { duration, flag, knownKeys } from '../../../core/check.js';
import { type LeaseGround, type LeaseStanding, heldLease } from '../lease/heldLease.js';
import { keepLeaseAlive, revokeLease } from '../lease/leaseCalls.js';
import { leaseGrant, leaseLeases, leaseTimeToLive } from '../protocol/methods.js';
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
const CALL = ['timeout', 'signal'] as const;

/** The leases of a client. */
export function createLeases<K>(ground: LeaseGround, keyOf: (bytes: Uint8Array) => K): Leases<K> {
  const { exchange } = ground;
  const checked = <O extends CallOptions>(options: O | undefined, keys: readonly string[] = []): O => {
    const chosen = knownKeys('options', options ?? ({} as O), [...CALL, ...keys]);
    checkCallOptions(chosen);
    return chosen;
  };
  return {
    hold: (ttl) => sound('lease', () => heldLease(ground, duration('ttl', ttl))),
    grant: (ttl, options) =>
      sound('grant', () => {
        const { id, ...call } = checked(options, ['id']);
        const request = {
          ttl: Math.ceil(duration('ttl', ttl) / SECOND),
          ...(id !== undefined && { id: leaseId('options.id', id) }),
        };
        return exchange(leaseGrant, request, { operation: 'grant' }, call, {
          decode: (granted) => ({ id: granted.id, ttl: granted.ttl * SECOND }),
        });
      }),
    keepAlive: (id, options) => sound('keepAlive', () => keepLeaseAlive(exchange, leaseId('id', id), checked(options))),
    revoke: (id, options) => sound('revoke', () => revokeLease(exchange, leaseId('id', id), checked(options))),
    timeToLive: (id, options) =>
      sound('timeToLive', () => {
        const { keys = false, ...call } = checked(options, ['keys']);
        const request = { id: leaseId('id', id), keys: flag('options.keys', keys) };
        return exchange(leaseTimeToLive, request, { operation: 'timeToLive' }, call, {
          decode: ({ ttl, grantedTtl, keys: own }) => ({
            id,
            left: ttl < 0 ? undefined : ttl * SECOND,
            ttl: grantedTtl * SECOND,
            keys: own.map(keyOf),
          }),
        });
      }),
    list: (options) =>
      sound('leases', () =>
        exchange(leaseLeases, {}, { operation: 'leases' }, checked(options)).pipe(
          map(({ leases }) => leases.map(({ id }) => id))
        )
      ),
  };
}
