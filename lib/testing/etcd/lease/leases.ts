import type { SchedulerLike, Subscription } from 'rxjs';
import type { Event } from '../../../etcd/v3/protocol/watch.js';
import { Refusals } from '../etcdRefusal.js';
import { keyOf } from '../../host/keyOf.js';

/** The longest time to live that a server grants, in seconds. */
const LONGEST = 9_000_000_000;
const SECOND = 1000;
const LONGEST_TIMER = 2 ** 31 - 1;

/** A lease, with its keys. */
export interface ServedLease {
  readonly id: bigint;
  /** The granted time to live, in seconds. */
  readonly ttl: number;
  /** The keys that end with it, as text. */
  readonly keys: Set<string>;
  /** The time of the scheduler at which it runs out. */
  deadline: number;
  timer: Subscription | undefined;
}

/** The leases of a cluster. Their time passes while the cluster has a leader. */
export class Leases {
  readonly #scheduler: SchedulerLike;
  readonly #shortest: number;
  readonly #expire: (id: bigint) => void;
  readonly #leases = new Map<bigint, ServedLease>();
  readonly #leaseOf = new Map<string, ServedLease>();
  #running = true;
  #lastId: bigint;

  /**
   * @param shortest the shortest time to live, in seconds
   * @param seed the first id that is chosen here is the next one
   * @param expire called when a lease has run out; it revokes the lease
   */
  constructor(scheduler: SchedulerLike, shortest: number, seed: bigint, expire: (id: bigint) => void) {
    this.#scheduler = scheduler;
    this.#shortest = shortest;
    this.#lastId = BigInt.asUintN(63, seed);
    this.#expire = expire;
  }

  /** Those that run out first come first. */
  get all(): readonly ServedLease[] {
    return [...this.#leases.values()].sort((a, b) => a.deadline - b.deadline);
  }

  get(id: bigint): ServedLease | undefined {
    return this.#leases.get(id);
  }

  /** @param id 0: an id that is free */
  grant(id: bigint, ttl: number): ServedLease {
    if (ttl > LONGEST) throw Refusals.ttlTooLarge;
    if (this.#leases.has(id)) throw Refusals.leaseExists;
    const lease: ServedLease = {
      id: id === 0n ? this.#freeId() : id,
      ttl: Math.max(ttl, this.#shortest),
      keys: new Set(),
      deadline: 0,
      timer: undefined,
    };
    this.#leases.set(lease.id, lease);
    this.#extend(lease);
    return lease;
  }

  /** Begins its time again. Returns its time to live in seconds; 0 if there is no such lease. */
  renew(id: bigint): number {
    const lease = this.#leases.get(id);
    if (lease === undefined) return 0;
    this.#extend(lease);
    return lease.ttl;
  }

  /** The seconds that are left. */
  remaining({ deadline }: ServedLease): number {
    return Math.floor((deadline - this.#scheduler.now()) / SECOND);
  }

  /** Ends a lease. Its keys are returned in order: the caller deletes them. */
  revoke(id: bigint): readonly string[] {
    const lease = this.#leases.get(id);
    if (lease === undefined) throw Refusals.leaseNotFound;
    this.#leases.delete(id);
    lease.timer?.unsubscribe();
    return [...lease.keys].sort();
  }

  /** Learns which keys have a lease now. */
  follow(events: readonly Event[]): void {
    for (const { type, kv } of events) {
      const key = keyOf(kv!.key);
      this.#leaseOf.get(key)?.keys.delete(key);
      const lease = type === 'put' ? this.#leases.get(kv!.lease) : undefined;
      if (lease === undefined) this.#leaseOf.delete(key);
      else {
        lease.keys.add(key);
        this.#leaseOf.set(key, lease);
      }
    }
  }

  /** There is no leader: no lease runs out. */
  stop(): void {
    this.#running = false;
  }

  /** There is a leader again. A new one does not know how long a lease has left, so it begins their time again. */
  start(isNew: boolean): void {
    this.#running = true;
    for (const lease of this.all) {
      if (isNew) this.#extend(lease);
      else this.#watch(lease);
    }
  }

  /** The end: no timer is left. */
  end(): void {
    for (const { timer } of this.#leases.values()) timer?.unsubscribe();
  }

  #extend(lease: ServedLease): void {
    lease.deadline = this.#scheduler.now() + lease.ttl * SECOND;
    if (lease.timer === undefined || lease.timer.closed) this.#watch(lease);
  }

  /** One timer for each lease: when it comes too early, because the lease was renewed, it is set again. */
  #watch(lease: ServedLease): void {
    lease.timer?.unsubscribe();
    const left = lease.deadline - this.#scheduler.now();
    lease.timer = this.#scheduler.schedule(
      () => {
        lease.timer = undefined;
        if (!this.#running) return;
        if (lease.deadline > this.#scheduler.now()) this.#watch(lease);
        else this.#expire(lease.id);
      },
      Math.min(Math.max(0, left), LONGEST_TIMER)
    );
  }

  #freeId(): bigint {
    do this.#lastId = BigInt.asUintN(63, this.#lastId + 1n);
    while (this.#lastId === 0n || this.#leases.has(this.#lastId));
    return this.#lastId;
  }
}
