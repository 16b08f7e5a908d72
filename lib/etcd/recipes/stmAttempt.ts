import { type Observable, Subject, firstValueFrom, map, merge, mergeMap, tap, throwError, throwIfEmpty } from 'rxjs';
import { knownKeys } from '../../core/check.js';
import { UsageError, isCoordinationError } from '../../core/errors.js';
import type { Branch } from '../v3/client/branch.js';
import type { Etcd } from '../v3/client/etcd.js';
import type { KeyValue } from '../v3/client/keyValue.js';
import { checkName } from './lock.js';
import type { StmTransaction } from './stmTransaction.js';

/** The part of a client that software transactions need. */
export type StmClient<V = Uint8Array> = Pick<Etcd<string, V>, 'get' | 'transaction'>;

export const ISOLATIONS = ['serializableSnapshot', 'serializable', 'repeatableReads', 'readCommitted'] as const;
/** Which changes by others stop a software transaction. */
export type StmIsolation = (typeof ISOLATIONS)[number];

type Entry<V> = KeyValue<string, V> | undefined;

/** Some keys at one revision. */
export interface Snapshot<V> {
  readonly revision: number;
  readonly entries: ReadonlyMap<string, Entry<V>>;
}

/** A write to come; without a value, a deletion. */
interface Write<V> {
  readonly put?: readonly [value: V, options: { readonly lease?: bigint }];
}

/** One attempt of a software transaction: what it has read, and what it is going to write. */
export class StmAttempt<V> implements StmTransaction<V> {
  readonly #etcd: StmClient<V>;
  readonly #isolation: StmIsolation;
  /** The keys that were read before it began. */
  readonly #snapshot: Snapshot<V> | undefined;
  /** The first read, whose revision is that of the others. */
  #first: Promise<Snapshot<V>> | undefined;
  #revision: number | undefined;
  readonly #reads = new Map<string, Promise<Entry<V>>>();
  /** The reads that were answered. */
  readonly #known = new Map<string, Entry<V>>();
  readonly #writes = new Map<string, Write<V>>();
  readonly #end$ = new Subject<void>();
  #isOver = false;
  #isOutdated = false;

  constructor(etcd: StmClient<V>, isolation: StmIsolation, snapshot: Snapshot<V> | undefined) {
    this.#etcd = etcd;
    this.#isolation = isolation;
    this.#snapshot = snapshot;
    this.#revision = snapshot?.revision;
    this.#first = snapshot && Promise.resolve(snapshot);
  }

  /** Whether its revision was compacted: another attempt is needed. */
  get isOutdated(): boolean {
    return this.#isOutdated;
  }

  async get(key: string): Promise<V | undefined> {
    this.#check(key);
    const written = this.#writes.get(key);
    return written === undefined ? (await this.#read(key))?.value : written.put?.[0];
  }

  async revision(key: string): Promise<number> {
    this.#check(key);
    return (await this.#read(key))?.modRevision ?? 0;
  }

  put(key: string, value: V, options: { readonly lease?: bigint } = {}): void {
    this.#check(key);
    this.#writes.set(key, { put: [value, knownKeys('options', options, ['lease'])] });
  }

  delete(key: string): void {
    this.#check(key);
    this.#writes.set(key, {});
  }

  /** Writes all. **Emits** the revision at which that happened; or, after a conflict, the keys as they are now. */
  commit(): Observable<{ readonly revision: number } | Snapshot<V>> {
    this.#isOver = true;
    const keys = [...this.#known.keys()];
    let all = this.#etcd.transaction();
    if (this.#isolation !== 'readCommitted')
      for (const [key, found] of this.#known) all = all.when(key, { modRevision: found?.modRevision ?? 0 });
    if (this.#isolation === 'serializableSnapshot' && this.#revision !== undefined)
      for (const key of this.#writes.keys()) all = all.when(key, { modRevision: { below: this.#revision + 1 } });
    return all
      .do((branch) => [...this.#writes].reduce<Branch<readonly unknown[], string, V>>(written, branch))
      .otherwise((branch) => getAll(branch, keys))
      .commit()
      .pipe(
        map(({ succeeded, revision, results }) => (succeeded ? { revision } : snapshotOf(revision, keys, results)))
      );
  }

  /** A key that has changed since it was read. */
  conflictIn(now: Snapshot<V> | undefined): string | undefined {
    if (now === undefined) return undefined;
    const changed = [...this.#known].find(([key, found]) => now.entries.get(key)?.modRevision !== found?.modRevision);
    return changed?.[0] ?? [...this.#writes.keys()].find((key) => !this.#known.has(key));
  }

  /** Rejects reads that are under way, and those to come. */
  end(): void {
    this.#isOver = true;
    this.#end$.next();
  }

  #read(key: string): Promise<Entry<V>> {
    let read = this.#reads.get(key);
    if (read === undefined) {
      read = this.#found(key).then((found) => (this.#known.set(key, found), found));
      read.catch(() => {}); // the body need not wait for it
      this.#reads.set(key, read);
    }
    return read;
  }

  async #found(key: string): Promise<Entry<V>> {
    const known = this.#snapshot?.entries;
    if (known?.has(key) === true) return known.get(key);
    if (this.#isolation === 'repeatableReads' || this.#isolation === 'readCommitted')
      return this.#answer(this.#etcd.get(key));
    if (this.#first === undefined) {
      this.#first = this.#answer(
        readTogether(this.#etcd, [key]).pipe(tap(({ revision }) => (this.#revision = revision)))
      );
      return (await this.#first).entries.get(key);
    }
    const { revision } = await this.#first;
    return this.#answer(this.#etcd.get(key, { revision }));
  }

  #answer<T>(request$: Observable<T>): Promise<T> {
    if (this.#isOver) return Promise.reject(over());
    const noted$ = request$.pipe(
      tap({ error: (error: unknown) => void (this.#isOutdated ||= isCoordinationError(error, 'COMPACTED')) })
    );
    const ended$ = this.#end$.pipe(mergeMap(() => throwError(over)));
    return firstValueFrom(merge(noted$.pipe(throwIfEmpty(over)), ended$), { defaultValue: undefined as T });
  }

  #check(key: string): void {
    if (this.#isOver) throw over();
    checkName(key, 'key');
  }
}

/** Reads keys in one request, at one revision. */
export function readTogether<V>(etcd: StmClient<V>, keys: readonly string[]): Observable<Snapshot<V>> {
  return etcd
    .transaction()
    .do((branch) => getAll(branch, keys))
    .commit()
    .pipe(map(({ revision, results }) => snapshotOf(revision, keys, results)));
}

function getAll<V>(branch: Branch<readonly unknown[], string, V>, keys: readonly string[]) {
  return keys.reduce((all, key): typeof branch => all.get(key), branch);
}

function snapshotOf<V>(revision: number, keys: readonly string[], results: readonly unknown[]): Snapshot<V> {
  return { revision, entries: new Map(keys.map((key, i) => [key, results[i] as Entry<V>])) };
}

function written<V>(branch: Branch<readonly unknown[], string, V>, [key, { put }]: readonly [string, Write<V>]) {
  return put === undefined ? branch.delete(key) : branch.put(key, ...put);
}

function over(): UsageError {
  return new UsageError('tx', 'is over: its attempt has ended');
}
