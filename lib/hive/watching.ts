import { EMPTY, type Observable, catchError, concat, defer, map, of, switchMap, timer } from 'rxjs';
import type { Cell, PrefixWatching, WatchedCell, Watching } from '../core/contract.js';
import { ProtocolError, isCoordinationError } from '../core/errors.js';
import { asCoordinationError } from '../core/failures.js';
import { type Freshness, type Watched, freshness } from '../core/watched.js';
import { wholeOf } from './contentOf.js';
import type { HiveGround } from './hiveGround.js';
import type { Entries } from './entries.js';
import { factsOf } from './factsOf.js';
import { decodeHead } from './head.js';
import { HEADS, headKey } from './hiveStore.js';
import type { EntryFacts, WatchedEntries } from './types.js';

type WatchedEntry<T, V> = Watched<T, { readonly facts: EntryFacts<V> }>;

/** Milliseconds of the longest timer. */
const LONGEST = 2 ** 31 - 1;

/** The value of an entry now, and after every change; also when it runs out. */
export function watchEntry<T, V>(
  ground: HiveGround<V>,
  entries: Entries<T, V>,
  index: Watching<V>,
  alias: string
): Observable<WatchedEntry<T, V>> {
  return index.watch(headKey(alias)).pipe(switchMap((cell) => shown(ground, entries, alias, cell)));
}

function shown<T, V>(
  ground: HiveGround<V>,
  entries: Entries<T, V>,
  alias: string,
  cell: WatchedCell<V>
): Observable<WatchedEntry<T, V>> {
  const fresh: Freshness = freshness(cell.cause);
  if (cell.kind !== 'present')
    return of(
      cell.kind === 'unreadable' ? { kind: cell.kind, error: cell.error, ...fresh } : { kind: cell.kind, ...fresh }
    );
  return defer(() => {
    const head = decodeHead(cell.value);
    const absent: WatchedEntry<T, V> = { kind: 'absent', ...fresh };
    if (ground.heads.isOver(head)) return of(absent);
    const found = { head, version: cell.version };
    const present$ = wholeOf(ground, alias, 'watch', found).pipe(
      map((whole): WatchedEntry<T, V> => {
        const value = entries.decode(whole, alias, 'watch');
        return { kind: 'present', value, facts: factsOf(found), ...fresh };
      })
    );
    if (head.expiresAt === undefined) return present$;
    const left = head.expiresAt - ground.settings.scheduler.now();
    return left > LONGEST ? present$ : concat(present$, timer(left, ground.settings.scheduler).pipe(map(() => absent)));
  }).pipe(
    catchError((error: unknown) =>
      isCoordinationError(error, 'ENTRY_CHANGED')
        ? EMPTY // the next head is on its way
        : of<WatchedEntry<T, V>>({ kind: 'unreadable', error: asCoordinationError(error), ...fresh })
    )
  );
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
