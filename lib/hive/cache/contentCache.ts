import { type Observable, Subscription, defer, finalize, tap } from 'rxjs';
import type { WatchedCell } from '../../core/contract.js';
import { isCoordinationError } from '../../core/errors.js';
import type { FoundContent } from '../content/contentOf.js';
import { type Head, decodeHead, isSameContent } from '../heads/head.js';

/** How much a near cache keeps. */
export interface CacheLimits {
  readonly limiterMaxBytes: number;
  readonly limiterMaxEntriesCount: number;
}

/** How much a near cache keeps now, and how often it was of use. */
export interface CacheUsage {
  /** Entries in the cache. */
  readonly entries: number;
  /** Bytes of their contents. */
  readonly bytes: number;
  /** Reads that needed no request. */
  readonly hits: number;
  /** Reads that asked the store. */
  readonly misses: number;
  /** Entries that had to go because of a limit. */
  readonly evictions: number;
}

/** An entry in the cache. */
interface Kept<V> {
  readonly found: FoundContent<V>;
  /** The head and the version as the watch shows them; `undefined` until it has, and while it is stale. */
  shown: { readonly head: Head; readonly version: V } | undefined;
  readonly watching: Subscription;
}

/** A read of an entry that is under way. A write that overlaps it makes its result too old to keep. */
interface Reading {
  isOutdated: boolean;
}

/**
 * Contents of entries, each with a watch. A content is only given out while its watch says that the store has the same.
 */
export class ContentCache<V> {
  readonly #limits: CacheLimits;
  readonly #watch: (alias: string) => Observable<WatchedCell<V>>;
  readonly #isOver: (head: Head) => boolean;
  /** The least recently used one first. */
  readonly #kept = new Map<string, Kept<V>>();
  readonly #readings = new Map<string, Set<Reading>>();
  readonly #count = { hits: 0, misses: 0, evictions: 0 };
  #bytes = 0;

  constructor(
    limits: CacheLimits,
    watch: (alias: string) => Observable<WatchedCell<V>>,
    isOver: (head: Head) => boolean
  ) {
    this.#limits = limits;
    this.#watch = watch;
    this.#isOver = isOver;
  }

  get usage(): CacheUsage {
    return { entries: this.#kept.size, bytes: this.#bytes, ...this.#count };
  }

  /** A copy of a content that is true now. */
  find(alias: string): FoundContent<V> | undefined {
    const kept = this.#kept.get(alias);
    if (kept?.shown === undefined || this.#isOver(kept.shown.head)) {
      this.#count.misses++;
      return undefined;
    }
    this.#count.hits++;
    this.#kept.delete(alias); // to the end
    this.#kept.set(alias, kept);
    return { ...kept.found, ...kept.shown, content: Buffer.from(kept.found.content) };
  }

  /** Keeps the result of a read, unless a write overlaps it. */
  keeping(alias: string, read$: Observable<FoundContent<V>>): Observable<FoundContent<V>> {
    return defer(() => {
      const reading: Reading = { isOutdated: false };
      const all = this.#readings.get(alias) ?? new Set();
      this.#readings.set(alias, all.add(reading));
      return read$.pipe(
        tap({
          next: (found) => {
            if (!reading.isOutdated) this.#keep(alias, found);
          },
          error: (error: unknown) => {
            if (isCoordinationError(error, 'ALIAS_NOT_FOUND')) this.#forget(alias);
          },
        }),
        finalize(() => {
          all.delete(reading);
          if (all.size === 0 && this.#readings.get(alias) === all) this.#readings.delete(alias);
        })
      );
    });
  }

  /** Forgets the entries that a write may change: before it, and before its result is seen. */
  changing<R>(isMeant: (alias: string) => boolean, write$: Observable<R>): Observable<R> {
    const outdate = () => {
      for (const [alias, readings] of this.#readings)
        if (isMeant(alias)) for (const reading of readings) reading.isOutdated = true;
      for (const alias of this.#kept.keys()) if (isMeant(alias)) this.#forget(alias);
    };
    return defer(() => {
      outdate();
      return write$.pipe(tap({ next: outdate, error: outdate, complete: outdate, finalize: outdate }));
    });
  }

  /** Forgets an entry that has been seen with another version. */
  compare(alias: string, version: V | undefined): void {
    const kept = this.#kept.get(alias);
    if (kept !== undefined && (kept.shown ?? kept.found).version !== version) this.#forget(alias);
  }

  /** Forgets all. */
  clear(): void {
    for (const alias of this.#kept.keys()) this.#forget(alias);
  }

  #keep(alias: string, found: FoundContent<V>): void {
    const before = this.#kept.get(alias);
    if (before !== undefined && isSameContent(before.found.head, found.head)) return;
    this.#forget(alias);
    const { limiterMaxBytes, limiterMaxEntriesCount } = this.#limits;
    if (found.content.length > limiterMaxBytes || limiterMaxEntriesCount === 0) return;
    const content = new Uint8Array(found.content); // the reader may change its own
    const head = found.head.sliced === undefined ? { ...found.head, content } : found.head;
    const kept: Kept<V> = { found: { ...found, head, content }, shown: undefined, watching: new Subscription() };
    this.#kept.set(alias, kept);
    this.#bytes += content.length;
    const over = () => this.#forget(alias, kept);
    kept.watching.add(
      this.#watch(alias)
        .pipe(tap((cell) => this.#see(alias, kept, cell)))
        .subscribe({ error: over, complete: over })
    );
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= limiterMaxBytes && this.#kept.size <= limiterMaxEntriesCount) break;
      this.#count.evictions++;
      this.#forget(oldest);
    }
  }

  #see(alias: string, kept: Kept<V>, cell: WatchedCell<V>): void {
    kept.shown = undefined;
    if (cell.kind !== 'present') return this.#forget(alias, kept);
    if (cell.stale) return;
    const head = readableHead(cell.value);
    if (head === undefined || !isSameContent(kept.found.head, head)) return this.#forget(alias, kept);
    kept.shown = { head, version: cell.version };
  }

  /** Takes an entry out; with `only`, if it is still that one. */
  #forget(alias: string, only?: Kept<V>): void {
    const kept = this.#kept.get(alias);
    if (kept === undefined || (only !== undefined && only !== kept)) return;
    this.#kept.delete(alias);
    this.#bytes -= kept.found.content.length;
    kept.watching.unsubscribe();
  }
}

function readableHead(bytes: Uint8Array): Head | undefined {
  try {
    return decodeHead(bytes);
  } catch {
    return undefined; // a read of the store says so
  }
}
