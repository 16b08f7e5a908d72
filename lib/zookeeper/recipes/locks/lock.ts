import { defer, type Observable } from 'rxjs';
import { type Contender, NODE_NAMINGS, type NodeNaming, wordOf } from './contenders.js';
import type { Lease } from './lease.js';
import { oneLease } from './oneLease.js';
import type { QueueOptions } from './waitInLine.js';
import type { ContendOptions, LockClient } from './lockClient.js';
import { standInLine } from './standInLine.js';
import { flag, knownKeys, oneOf, patience } from '../../../core/check.js';
import { UsageError } from '../../../core/errors.js';
import { checkPath } from '../../path.js';
import { ofOpen } from '../../watch/closed.js';
import { type Covers, reentered } from './reentered.js';

/**
 * The lock inside recipes that kazoo has too, by its names. As `lock`, but a session waits for itself: for another of
 * the same recipe, or for a node that it has given back a moment ago.
 */
export function lockByKazooNames(
  zk: LockClient,
  path: string,
  { data = null, acl, parentsAcl }: ContendOptions
): Observable<Lease> {
  return oneLease(
    standInLine(zk, path, {
      word: NODE_NAMINGS.kazoo.lock,
      data,
      acl,
      parentsAcl,
      own: 'wait',
      blocker: (ahead) => ahead.at(-1),
    }),
    path,
    undefined,
    zk,
    'lock'
  );
}

/** How to contend for a lock. */
export interface LockOptions extends ContendOptions {
  /**
   * Milliseconds after which waiting is given up with `NOT_ACQUIRED`; 0 does not wait for others at all. Default: as
   * long as it takes.
   */
  readonly timeout?: number;
  /**
   * Whether a session may take a lock that it holds already. By default that is refused with `REENTRANT`, since the
   * session would wait for itself. With `true` it is entered at once, before all others in line, and held until the
   * last one who has entered it has left; `data` and `acl` are then those of the first. The same for a lock that the
   * session still waits for. See {@link readWriteLock} for its two sides. Default `false`.
   */
  readonly reentrant?: boolean;
  /** Whose node names to use, to contend with programs of Curator (Java) or kazoo (Python). Default `'curator'`. */
  readonly layout?: NodeNaming;
}

/** How to contend for a place in a semaphore. A session may have several places: each subscription takes one. */
export type SemaphoreOptions = Omit<LockOptions, 'reentrant'>;

/** A lock that many may read under, or one write. */
export interface ReadWriteLock {
  /** Held together with other readers, once every writer that came before is gone. */
  readonly read$: Observable<Lease>;
  /** Held alone. */
  readonly write$: Observable<Lease>;
}

const SEMAPHORE_KEYS: readonly (keyof SemaphoreOptions)[] = ['data', 'acl', 'parentsAcl', 'timeout', 'layout'];
const KEYS: readonly (keyof LockOptions)[] = [...SEMAPHORE_KEYS, 'reentrant'];
const last = (ahead: readonly Contender[]) => ahead.at(-1);
const ALONE: Covers = () => false;

/**
 * A lock: at most one holds it, first come first served, by a node below `path` that goes with its session.
 *
 * - **Emits** one {@link Lease}, when it is our turn and the servers have proved it.
 * - **Completes** when the client is closed while it is held; else never, for the lock is held while subscribed.
 * - **Errors** with `LEASE_LOST` when another may hold it: the session is over, the node was deleted, or no server has
 *   answered for half the session timeout. With `NOT_ACQUIRED` after `timeout`; with `REENTRANT`; with `CLOSED` when
 *   the client is closed while it is waited for. To contend again, `retry()`.
 * - **Unsubscribing** gives it back, also while it is being acquired.
 *
 * **When the link is lost**, the place in line is kept, and a lock that is held is kept for as long as that is sure.
 * **When the session is lost**, so is the lock. **When the reply to a create is lost**, the node is found again by its
 * name: no second one is made, and none is left behind.
 *
 * @example
 * ```ts
 * import { lock, whileHeld } from 'quorum-rx';
 *
 * lock(zk, '/locks/report').pipe(whileHeld((lease) => work(lease.token))).subscribe();
 * ```
 *
 * @param path the parent of all who contend; made where it is missing
 */
export function lock(zk: LockClient, path: string, options: LockOptions = {}): Observable<Lease> {
  return defer(() => {
    const { lock: word } = checked(path, options);
    return contend(zk, path, options, word, [word], last, ALONE);
  }).pipe(ofOpen(zk, 'value', { operation: 'lock', path }));
}

/**
 * A lock with two sides: many readers, or one writer. Each side is as {@link lock} is, and writers do not starve: a
 * reader that comes after a writer waits for it.
 *
 * With `reentrant`, a session that writes may read at once: it reads under its writing, which others wait for until it
 * has done with both. One that reads may write as soon as all who came before have left; where another session waits to
 * write already, which would wait for this reading, that is refused with `REENTRANT`: let go of the reading first.
 *
 * @example
 * ```ts
 * import { readWriteLock, whileHeld } from 'quorum-rx';
 *
 * const { read$, write$ } = readWriteLock(zk, '/locks/catalogue');
 * read$.pipe(whileHeld(() => work('read'))).subscribe();
 * write$.pipe(whileHeld(() => work('write'))).subscribe();
 * ```
 */
export function readWriteLock(zk: LockClient, path: string, options: LockOptions = {}): ReadWriteLock {
  const side = (choose: 'read' | 'write') =>
    defer(() => {
      const { read, write } = checked(path, options);
      const writer = (ahead: readonly Contender[]) => ahead.findLast(({ name }) => wordOf(name) === write);
      return contend(
        zk,
        path,
        options,
        choose === 'read' ? read : write,
        [read, write],
        choose === 'read' ? writer : last,
        (held) => choose === 'read' && held === write
      );
    }).pipe(ofOpen(zk, 'value', { operation: 'readWriteLock', path }));
  return { read$: side('read'), write$: side('write') };
}

/**
 * A lock that up to `leases` may hold together. All who use a path must say the same number. Each subscription takes a
 * place of its own, also in one session. In all else as {@link lock}.
 *
 * @example
 * ```ts
 * import { semaphore, whileHeld } from 'quorum-rx';
 *
 * semaphore(zk, '/locks/downloads', 3).pipe(whileHeld(() => work('one of three'))).subscribe();
 * ```
 */
export function semaphore(
  zk: LockClient,
  path: string,
  leases: number,
  options: SemaphoreOptions = {}
): Observable<Lease> {
  return defer(() => {
    const { lease: word } = checked(path, options, SEMAPHORE_KEYS);
    if (!Number.isInteger(leases) || leases < 1)
      throw new UsageError('leases', `must be an integer above 0, not ${String(leases)}`);
    const { data = null, acl, parentsAcl, timeout } = options;
    const blocker = (ahead: readonly Contender[]) => (ahead.length < leases ? undefined : 'anyone');
    return oneLease(
      standInLine(zk, path, { word, data, acl, parentsAcl, blocker, own: 'wait' }),
      path,
      timeout,
      zk,
      'semaphore'
    );
  }).pipe(ofOpen(zk, 'value', { operation: 'semaphore', path }));
}

function contend(
  zk: LockClient,
  path: string,
  { data = null, acl, parentsAcl, timeout, reentrant = false }: LockOptions,
  word: string,
  words: readonly string[],
  blocker: (ahead: readonly Contender[]) => Contender | undefined,
  covers: Covers
): Observable<Lease> {
  const queue: QueueOptions = { word, words, data, acl, parentsAcl, blocker, own: reentrant ? 'share' : 'refuse' };
  return oneLease(
    reentered(zk, path, queue, reentrant ? covers : undefined),
    path,
    timeout,
    zk,
    words.length > 1 ? 'readWriteLock' : 'lock'
  );
}

function checked(path: string, options: LockOptions, keys = KEYS): (typeof NODE_NAMINGS)[NodeNaming] {
  checkPath(path);
  const { timeout, reentrant, layout = 'curator' } = knownKeys('options', options, keys);
  if (reentrant !== undefined) flag('options.reentrant', reentrant);
  if (timeout !== undefined) patience('options.timeout', timeout);
  return NODE_NAMINGS[oneOf('options.layout', layout, ['curator', 'kazoo'])];
}
