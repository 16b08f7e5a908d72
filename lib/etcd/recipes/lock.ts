import { type Observable, defer } from 'rxjs';
import { bytes, duration, integer, knownKeys, patience } from '../../core/check.js';
import { situated, UsageError } from '../../core/errors.js';
import { leaseOf } from '../../lease/leaseOf.js';
import { EtcdLease } from './etcdLease.js';
import { type LockClient, rawView } from './lockClient.js';
import { type Contender, type LineOptions, waitInLine } from './waitInLine.js';

/** How to contend. */
export interface ContendOptions {
  /** The time to live of the lease, in milliseconds: how long a crashed holder is waited for. Default 10,000. */
  readonly ttl?: number;
  /** The value of our key, such as our name. Default: nothing. */
  readonly data?: Uint8Array;
}

/** How to contend for a lock. */
export interface LockOptions extends ContendOptions {
  /**
   * Milliseconds after which waiting is given up with `NOT_ACQUIRED`; 0 does not wait for others at all. Default: as
   * long as it takes.
   */
  readonly timeout?: number;
}

/** A lock that many may read under, or one write. */
export interface ReadWriteLock<V = Uint8Array> {
  /** Held together with other readers, once every writer that came before is gone. */
  readonly read$: Observable<EtcdLease<V>>;
  /** Held alone. */
  readonly write$: Observable<EtcdLease<V>>;
}

const NOTHING = new Uint8Array(0);
const TTL = 10_000;

/**
 * A lock: at most one holds it, first come first served, by a key below `name` that goes with a lease. It contends with
 * `etcdctl lock` and with the mutex of clientv3's `concurrency`.
 *
 * - **Emits** one {@link EtcdLease}, when it is our turn and the cluster has proved it.
 * - **Completes** when the client is closed.
 * - **Errors** with `LEASE_LOST` when another may hold it: the lease has run out, the key was deleted, or no member has
 *   answered for half of `ttl`. With `NOT_ACQUIRED` after `timeout`. To contend again, `retry()`.
 * - **Unsubscribing** gives it back, also while it is being acquired.
 *
 * **When the connection is lost**, the place in line is kept, and a lock that is held is kept for as long as that is
 * sure.
 *
 * @example
 * ```ts
 * import { lock, whileHeld } from 'quorum-rx/etcd';
 *
 * lock(etcd, 'locks/report').pipe(whileHeld((held) => work(held.token))).subscribe();
 * ```
 */
export function lock<V>(etcd: LockClient<V>, name: string, options: LockOptions = {}): Observable<EtcdLease<V>> {
  return contend(etcd, 'lock', name, options, { own: '', blocker: (ahead) => ahead.at(-1)?.key });
}

/**
 * A lock with two sides: many readers, or one writer. Each side is as {@link lock} is, and writers do not starve: a
 * reader that comes after a writer waits for it.
 */
export function readWriteLock<V>(etcd: LockClient<V>, name: string, options: LockOptions = {}): ReadWriteLock<V> {
  const isWriter = ({ key }: Contender) => key.startsWith(`${name}/write-`);
  return {
    read$: contend(etcd, 'readWriteLock', name, options, {
      own: 'read-',
      blocker: (ahead) => ahead.findLast(isWriter)?.key,
    }),
    write$: contend(etcd, 'readWriteLock', name, options, { own: 'write-', blocker: (ahead) => ahead.at(-1)?.key }),
  };
}

/**
 * A lock that up to `leases` may hold together. All who use a name must say the same number. In all else as {@link
 * lock}.
 */
export function semaphore<V>(
  etcd: LockClient<V>,
  name: string,
  leases: number,
  options: LockOptions = {}
): Observable<EtcdLease<V>> {
  return defer(() => {
    integer('leases', leases, 1, 2 ** 31 - 1);
    const blocker = (ahead: readonly Contender[]) => (ahead.length < leases ? undefined : { prefix: `${name}/` });
    return contend(etcd, 'semaphore', name, options, { own: '', blocker });
  });
}

/** The one lease that comes of standing in line. */
function contend<V>(
  etcd: LockClient<V>,
  operation: string,
  name: string,
  options: LockOptions,
  { own, blocker }: Pick<LineOptions, 'own' | 'blocker'>
): Observable<EtcdLease<V>> {
  return defer(() => {
    try {
      const { timeout } = knownKeys('options', options, ['ttl', 'data', 'timeout']);
      const line = { ...lineOf(name, options), blocker };
      if (timeout !== undefined) patience('options.timeout', timeout);
      return leaseOf(
        waitInLine(rawView(etcd), { ...line, own: line.prefix + own }),
        (tenure) => new EtcdLease(etcd, tenure),
        { name, timeout, scheduler: etcd.scheduler }
      );
    } catch (error) {
      throw situated(error, { operation, path: name });
    }
  });
}

/** The keys of a line, and our own lease. Throws a `UsageError` about an argument. */
export function lineOf(
  name: string,
  { ttl = TTL, data = NOTHING }: ContendOptions
): Omit<LineOptions, 'own' | 'blocker'> {
  return { prefix: `${checkName(name)}/`, data: bytes('options.data', data), ttl: duration('options.ttl', ttl) };
}

/** The name of a recipe's keys. Throws a `UsageError`. */
export function checkName(name: string, argument = 'name'): string {
  if (typeof name === 'string' && name !== '') return name;
  throw new UsageError(argument, 'must be a text that is not empty');
}
