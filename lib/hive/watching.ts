import {
  EMPTY,
  type Observable,
  type SchedulerLike,
  catchError,
  concat,
  concatMap,
  defer,
  map,
  of,
  switchMap,
  takeWhile,
  tap,
  timer,
} from 'rxjs';
import { backoff } from '../core/backoff.js';
import type { Cell, PrefixWatching, WatchedCell, Watching } from '../core/contract.js';
import { type CoordinationError, ProtocolError, isCoordinationError } from '../core/errors.js';
import { asCoordinationError } from '../core/failures.js';
import { type Freshness, type Watched, freshness } from '../core/watched.js';
import { dueAt } from '../operators/dueAt.js';
import { retryIf } from '../operators/retryIf.js';
import { switchAfterFirst } from '../operators/switchAfterFirst.js';
import { wholeOf } from './content/contentOf.js';
import { HiveError } from './hiveError.js';
import type { HiveGround } from './hiveGround.js';
import type { Entries } from './entries.js';
import { factsOf } from './heads/factsOf.js';
import { type Head, decodeHead, isSameContent } from './heads/head.js';
import type { FoundHead } from './heads/foundHead.js';
import { HEADS, headKey } from './hiveStore.js';
import type { EntryFacts, WatchedEntries } from './types.js';

type WatchedEntry<T, V> = Watched<T, { readonly facts: EntryFacts<V> }>;
type Read<T> =
  { readonly kind: 'present'; readonly value: T } | { readonly kind: 'unreadable'; readonly error: CoordinationError };

/** Milliseconds between two tries to read a content. */
const WAITS = { min: 1000, max: 30_000 };
/** So often, in milliseconds, the clock is looked at: it may leap, as after the machine was suspended. */
const LOOK_AGAIN = 10_000;

/**
 * The value of an entry now, and after every change; also when it runs out. Changes that are faster than the reads are
 * passed over, but for the last one.
 */
export function watchEntry<T, V>(
  ground: HiveGround<V>,
  entries: Entries<T, V>,
  index: Watching<V>,
  alias: string
): Observable<WatchedEntry<T, V>> {
  return defer(() => {
    const reader = new ContentReader(ground, entries, alias);
    return index.watch(headKey(alias)).pipe(
      switchAfterFirst(
        (cell) => shown(ground, reader, cell),
        ({ kind }) => kind === 'present' // it may have to be read, and the read before it comes to its end
      )
    );
  });
}

function shown<T, V>(
  { heads, settings }: HiveGround<V>,
  reader: ContentReader<T, V>,
  cell: WatchedCell<V>
): Observable<WatchedEntry<T, V>> {
  const fresh: Freshness = freshness(cell.cause);
  const unreadable = (error: CoordinationError): WatchedEntry<T, V> => ({ kind: 'unreadable', error, ...fresh });
  if (cell.kind === 'unreadable') return of(unreadable(cell.error));
  if (cell.kind !== 'present') return of({ kind: cell.kind, ...fresh });
  let head: Head;
  try {
    head = decodeHead(cell.value);
  } catch (error) {
    return of(unreadable(asCoordinationError(error)));
  }
  const absent: WatchedEntry<T, V> = { kind: 'absent', ...fresh };
  if (heads.isOver(head)) return of(absent);
  const found = { head, version: cell.version };
  const value$ = reader.read(found).pipe(
    map((read): WatchedEntry<T, V> => {
      return read.kind === 'present' ? { ...read, facts: factsOf(found), ...fresh } : { ...read, ...fresh };
    })
  );
  const { expiresAt } = head;
  if (expiresAt === undefined) return value$;
  const over$ = at(expiresAt, settings.scheduler).pipe(map(() => absent));
  return value$.pipe(
    switchMap((entry) => concat(of(entry), over$)), // without a value there is nothing to wait for: another head comes
    takeWhile((entry) => entry !== absent, true)
  );
}

/** Reads the content of an entry, and reads again when it is another one: not for another freshness, or another end. */
class ContentReader<T, V> {
  readonly #ground: HiveGround<V>;
  readonly #entries: Entries<T, V>;
  readonly #alias: string;
  #last: { readonly head: Head; readonly read: Read<T> } | undefined;

  constructor(ground: HiveGround<V>, entries: Entries<T, V>, alias: string) {
    this.#ground = ground;
    this.#entries = entries;
    this.#alias = alias;
  }

  /**
   * The value of an entry. A lost connection is waited for. If the store refuses the request, it is made again later.
   * **Completes** without the value if another head is to come.
   */
  read(found: FoundHead<V>, tries = 0): Observable<Read<T>> {
    const { head } = found;
    const { scheduler } = this.#ground.settings;
    if (this.#last !== undefined && isSameContent(this.#last.head, head)) return of(this.#last.read);
    return wholeOf(this.#ground, this.#alias, 'watch', found).pipe(
      retryIf({ idempotent: true, codes: ['EXPIRED'], scheduler }),
      map((whole): Read<T> => ({ kind: 'present', value: this.#entries.decode(whole, this.#alias, 'watch') })),
      tap((read) => (this.#last = { head, read })),
      catchError((cause: unknown): Observable<Read<T>> => {
        if (isCoordinationError(cause, 'ENTRY_CHANGED')) return EMPTY;
        const error = asCoordinationError(cause);
        const read: Read<T> = { kind: 'unreadable', error };
        if (isPassing(error)) {
          const later$ = timer(backoff(tries + 1, WAITS), scheduler);
          return concat(of(read), later$.pipe(concatMap(() => this.read(found, tries + 1))));
        }
        this.#last = { head, read };
        return of(read);
      })
    );
  }
}

/** Whether a refusal of the store may pass: the content itself is not to blame. */
function isPassing(error: CoordinationError): boolean {
  return error.layer === 'server' && (!(error instanceof HiveError) || error.code === 'DENIED');
}

/** **Emits** at a time, however far it is: at once where it has passed. The clock may leap, and may be set back. */
function at(time: number, scheduler: SchedulerLike): Observable<unknown> {
  return defer(() => (time <= scheduler.now() ? of(undefined) : dueAt(time, scheduler, LOOK_AGAIN)));
}

/** The facts of all entries with a prefix, now and after every change. */
export function watchEntries<V>(index: PrefixWatching<V>, prefix: string): Observable<WatchedEntries<V>> {
  return index.watchPrefix(`${HEADS}${prefix}`).pipe(
    map(({ cells, cause }) => {
      const entries = new Map<string, EntryFacts<V>>();
      for (const [key, cell] of cells) {
        const facts = factsIn(cell);
        if (facts !== undefined) entries.set(key.slice(HEADS.length), facts);
      }
      return { entries, ...freshness(cause) };
    })
  );
}

/** The facts of an entry; `undefined` where its head cannot be read. */
function factsIn<V>(cell: Cell<V>): EntryFacts<V> | undefined {
  if (cell.kind !== 'present') return undefined;
  try {
    return factsOf({ head: decodeHead(cell.value), version: cell.version });
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
