import { type Observable, concatMap, defer, from, isObservable, map, of } from 'rxjs';
import { UsageError } from '../../core/errors.js';
import { type Chunk, HeldSource, PulledChunks } from './pulledChunks.js';
import { SliceCutter, type SourceSlice } from './sliceCutter.js';

/**
 * Bytes of any size: a `Uint8Array`, a `Blob`, an Observable or an (async) iterable of `Uint8Array`s, a stream of Node,
 * or a stream of the web. An Observable cannot be held back, so it should not be faster than the store.
 *
 * The bytes are not copied before they are sent. Do not change a chunk before the upload has ended.
 */
export type HiveSource = Uint8Array | Blob | Observable<Uint8Array> | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Refuses a source that gives its bytes once, and has given them: an upload that is tried again would write an empty
 * entry.
 */
export class FreshSources {
  readonly #read = new WeakSet<object>();

  /** Throws a `UsageError` for an iterator or a stream that was read before. */
  check(source: HiveSource): void {
    if (typeof source !== 'object' || source === null) return;
    const isOnce = 'next' in source || 'getReader' in source || 'readableEnded' in source;
    if (!isOnce) return;
    const isRead = this.#read.has(source) || ('readableEnded' in source && source.readableEnded === true);
    if (isRead) throw new UsageError('source', 'has been read before: give a new stream or iterator to each upload');
    this.#read.add(source);
  }
}

/** Cuts a source into slices. A read begins when the one before it has ended. */
export class SlicedSource {
  /** Bytes of the whole source, where it tells its size. */
  readonly total: number | undefined;
  /** The slices, and the account of them. */
  readonly cutter = new SliceCutter();
  readonly #chunks: Chunks;
  readonly #limit: number;
  readonly #rest: Uint8Array[] = [];
  #restSize = 0;
  #ended = false;

  /** @param limit bytes of the longest source */
  constructor(source: HiveSource | HeldSource, limit: number) {
    this.#chunks = chunksOf(source);
    this.total = source instanceof Uint8Array ? source.length : source instanceof Blob ? source.size : undefined;
    this.#limit = limit;
    if (this.total !== undefined) this.#checkSize(this.total);
  }

  /** The next slice; `undefined` at the end. Each slice but the last has this size. */
  next(sliceSize: number): Observable<SourceSlice | undefined> {
    return this.#read(() => this.#cut(sliceSize));
  }

  /** The whole source if it is not longer than this; `undefined` if it is, and is to be read in slices. */
  whole(longest: number): Observable<Uint8Array | undefined> {
    return this.#read(() => (this.#restSize > longest ? this.#rest : undefined)).pipe(
      map((tooMuch) => (tooMuch === undefined ? Buffer.concat(this.#rest, this.#restSize) : undefined))
    );
  }

  /** Reads no more. An error of the source is dropped: it comes after the end. */
  stop(): void {
    this.#ended = true;
    this.cutter.stop();
    const stopped = async () => void (await this.#chunks.return?.());
    stopped().catch(() => undefined);
  }

  #cut(sliceSize: number): SourceSlice | undefined {
    const { cutter, total = Infinity } = this;
    const before = cutter.taken;
    const slice = cutter.cut(this.#rest, sliceSize, this.#ended ? this.#restSize : total - before);
    this.#restSize -= cutter.taken - before;
    return slice;
  }

  /**
   * Reads chunks until `result` finds what it needs in them, or the source ends. **Emits** at once where the source
   * does not make it wait.
   */
  #read<R>(result: () => R | undefined): Observable<R | undefined> {
    return defer(() => {
      for (let found = result(); ; found = result()) {
        if (found !== undefined || this.#ended) return of(found);
        const next = this.#chunks.next();
        if (isObservable(next)) return this.#readOn(result, next);
        if ('then' in next) return from(this.#readLater(result, next));
        this.#add(next);
      }
    });
  }

  #readOn<R>(result: () => R | undefined, chunk$: Observable<Chunk>): Observable<R | undefined> {
    return chunk$.pipe(
      concatMap((chunk) => {
        this.#add(chunk);
        return this.#read(result);
      })
    );
  }

  async #readLater<R>(result: () => R | undefined, first: PromiseLike<Chunk>): Promise<R | undefined> {
    this.#add(await first);
    for (let found = result(); ; found = result()) {
      if (found !== undefined || this.#ended) return found;
      this.#add(await (this.#chunks.next() as PromiseLike<Chunk>));
    }
  }

  #add({ done, value: chunk }: Chunk): void {
    if (done === true) return void (this.#ended = true);
    if (!(chunk instanceof Uint8Array)) throw new UsageError('source', 'must emit Uint8Arrays');
    if (chunk.length === 0) return;
    this.#rest.push(chunk);
    this.#restSize += chunk.length;
    this.#checkSize(this.cutter.taken + this.#restSize);
  }

  #checkSize(bytes: number): void {
    if (bytes > this.#limit)
      throw new UsageError('source', `has more than ${this.#limit} bytes; see maxObjectBytes`, { code: 'TOO_LARGE' });
  }
}

/** An iterator, or an async one. */
interface Chunks {
  next(): Chunk | PromiseLike<Chunk> | Observable<Chunk>;
  return?(): unknown;
}

function chunksOf(source: HiveSource | HeldSource): Chunks {
  if (source instanceof Uint8Array) return [source][Symbol.iterator]();
  if (source instanceof Blob) return chunksOf(source.stream());
  if (source instanceof HeldSource || isObservable(source)) return new PulledChunks(source);
  if (typeof source === 'object' && source !== null) {
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
    if (Symbol.iterator in source) return source[Symbol.iterator]();
  }
  throw new UsageError('source', 'must be bytes, a Blob, an Observable, an iterable or a stream of bytes');
}
