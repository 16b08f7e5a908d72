import {
  EMPTY,
  type Observable,
  catchError,
  concatMap,
  defaultIfEmpty,
  defer,
  finalize,
  from,
  map,
  of,
  repeat,
  take,
  takeLast,
  throwError,
} from 'rxjs';
import { array, callable, integer, knownKeys, oneOf } from '../../core/check.js';
import { ServerError, situated } from '../../core/errors.js';
import {
  ISOLATIONS,
  type StmClient,
  type Snapshot,
  StmAttempt,
  type StmIsolation,
  readTogether,
} from './stmAttempt.js';
import type { StmTransaction } from './stmTransaction.js';

declare module '../../core/errors.js' {
  interface KnownErrors {
    readonly stm: ServerError<'CONFLICT'>;
  }
}

/** How a software transaction is done. */
export interface StmOptions {
  /**
   * Which changes by others stop it, and make it begin again.
   *
   * - `'serializableSnapshot'` (default): changes of keys that it has read, and of keys that it writes, since its first
   *   read. All reads see the store at the revision of the first one.
   * - `'serializable'`: changes of keys that it has read. All reads see one revision, too.
   * - `'repeatableReads'`: the same, but each key is read as it is at that time, and stays the same from then on.
   * - `'readCommitted'`: none. The writes happen together, and that is all.
   */
  readonly isolation?: StmIsolation;
  /** How many times it begins again before it gives up with `CONFLICT`. Default: as long as someone is subscribed. */
  readonly retries?: number;
  /** Keys to read at the start, in one request: for those that the body will read anyway. Default: none. */
  readonly prefetch?: readonly string[];
}

/** The end of a software transaction. */
export interface StmResult<T> {
  /** The value of the body. */
  readonly value: T;
  /** The revision at which all writes have happened; without writes, one at which all that it has read was true. */
  readonly revision: number;
}

/**
 * Software transactional memory: reads and writes keys as if nobody else did. The writes of the body are kept until it
 * has ended, and then sent as one transaction, on the condition that nobody has changed the keys meanwhile. If somebody
 * has, the body begins again. As `NewSTM` of clientv3's `concurrency`.
 *
 * - **Emits** one {@link StmResult}, and completes.
 * - **Errors** with the error of the body, after which nothing is written; with `CONFLICT` after the last of `retries`;
 *   and as requests do. **When the answer to the writes is lost**, with the effect `'unknown'`: all of them have
 *   happened, or none, and the body is not begun again.
 * - **Unsubscribing** ends it. Reads of the body that are under way are rejected.
 *
 * @example
 * ```ts
 * import { json } from 'quorum-rx';
 * import { stm } from 'quorum-rx/etcd';
 *
 * const accounts = etcd.with({ namespace: 'accounts/', value: json<number>() });
 * stm(accounts, async (tx) => {
 *   const [from = 0, to = 0] = await Promise.all([tx.get('anna'), tx.get('bert')]);
 *   if (from < 10) return false;
 *   tx.put('anna', from - 10);
 *   tx.put('bert', to + 10);
 *   return true;
 * }).subscribe(({ value, revision }) => console.log(value ? `paid at ${revision}` : 'too poor'));
 * ```
 *
 * @param body is called once for each attempt, so it should do nothing but use its transaction. Of an Observable, the
 *   last value counts
 */
export function stm<T, V>(
  etcd: StmClient<V>,
  body: (tx: StmTransaction<V>) => PromiseLike<T> | Observable<T>,
  options: StmOptions = {}
): Observable<StmResult<T>> {
  return defer(() => {
    const { isolation, retries, prefetch } = checked(body, options);
    let snapshot: Snapshot<V> | undefined;
    let conflicts = 0;
    const attempt$ = defer(() => {
      const tx = new StmAttempt(etcd, isolation, snapshot);
      return defer(() => from(body(tx))).pipe(
        takeLast(1),
        defaultIfEmpty(undefined as T),
        map((value) => ({ value })),
        catchError((error: unknown) => (tx.isOutdated ? of(undefined) : throwError(() => error))),
        concatMap((ended) =>
          ended === undefined || tx.isOutdated
            ? of(undefined)
            : tx.commit().pipe(map((done) => ('entries' in done ? done : { ...ended, ...done })))
        ),
        concatMap((done) => {
          if (done !== undefined && 'value' in done) return of(done);
          if (conflicts++ >= retries) throw conflict(tx.conflictIn(done), conflicts);
          snapshot = done;
          return EMPTY;
        }),
        finalize(() => tx.end())
      );
    });
    const prefetched$ = defer(() =>
      prefetch.length === 0 ? of(undefined) : readTogether(etcd, prefetch).pipe(map((read) => void (snapshot = read)))
    );
    return prefetched$.pipe(
      concatMap(() => attempt$.pipe(repeat())),
      take(1),
      catchError((error: unknown) => throwError(() => situated(error, { operation: 'stm' })))
    );
  });
}

function checked(body: unknown, options: StmOptions) {
  const {
    isolation = 'serializableSnapshot',
    retries = Infinity,
    prefetch = [],
  } = knownKeys('options', options, ['isolation', 'retries', 'prefetch']);
  callable('body', body as () => unknown);
  oneOf('options.isolation', isolation, ISOLATIONS);
  if (retries !== Infinity) integer('options.retries', retries, 0, 2 ** 31 - 1);
  return { isolation, retries, prefetch: [...new Set(array('options.prefetch', prefetch))] };
}

function conflict(path: string | undefined, attempts: number): ServerError<'CONFLICT'> {
  const where = path === undefined ? '' : `, last at ${path}`;
  const message = `stm: others have written in each of ${attempts} attempts${where}`;
  return new ServerError('CONFLICT', 0, { path, operation: 'stm', message });
}
