import { createHash } from 'node:crypto';
import { type Observable, defer, from, isObservable, map, of } from 'rxjs';
import { crc32 } from 'node:zlib';
import { UsageError } from '../../core/errors.js';
import { toAsyncIterable } from '../../operators/toAsyncIterable.js';

/**
 * Bytes of any size: a `Uint8Array`, a `Blob`, an Observable or an (async) iterable of `Uint8Array`s, a stream of Node,
 * or a stream of the web. An Observable cannot be held back, so it should not be faster than the store.
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

/** One slice of a source. */
export interface SourceSlice {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Cuts a source into slices, and keeps account of them. A read begins when the one before it has ended. */
export class SlicedSource {
  /** The CRC-32 of each slice. */
  readonly crcs: number[] = [];
  /** Bytes of the whole source, where it tells its size. */
  readonly total: number | undefined;
  /** Bytes of all slices. */
  size = 0;
  readonly #chunks: Chunks;
  readonly #limit: number;
  readonly #sha256 = createHash('sha256');
  #rest: Uint8Array[] = [];
  #restSize = 0;
  #ended = false;

  /** @param limit bytes of the longest source */
  constructor(source: HiveSource, limit: number) {
    this.#chunks = chunksOf(source);
    this.total = source instanceof Uint8Array ? source.length : source instanceof Blob ? source.size : undefined;
    this.#limit = limit;
    if (this.total !== undefined) this.#checkSize(this.total);
  }

  /** The next slice; `undefined` at the end. Each slice but the last has this size. */
  next(sliceSize: number): Observable<SourceSlice | undefined> {
    return this.#filled(sliceSize).pipe(map(() => this.#cut(sliceSize)));
  }

  /** The whole source if it is not longer than this; `undefined` if it is, and is to be read in slices. */
  whole(longest: number): Observable<Uint8Array | undefined> {
    return this.#filled(longest + 1).pipe(
      map(() => (this.#restSize <= longest ? Buffer.concat(this.#rest, this.#restSize) : undefined))
    );
  }

  /** Reads no more. An error of the source is dropped: it comes after the end. */
  stop(): void {
    this.#ended = true;
    const stopped = async () => void (await this.#chunks.return?.());
    stopped().catch(() => undefined);
  }

  /** The SHA-256 of all slices, in hexadecimal digits. */
  sha256(): string {
    return this.#sha256.copy().digest('hex');
  }

  #cut(sliceSize: number): SourceSlice | undefined {
    if (this.#restSize === 0) return undefined;
    const all = this.#rest.length === 1 ? this.#rest[0]! : Buffer.concat(this.#rest, this.#restSize);
    const bytes = all.subarray(0, sliceSize);
    const rest = all.subarray(sliceSize);
    this.#rest = rest.length > 0 ? [rest] : [];
    this.#restSize = rest.length;
    this.size += bytes.length;
    this.#sha256.update(bytes);
    return { number: this.crcs.push(crc32(bytes)) - 1, bytes };
  }

  /** **Emits** when there are so many bytes, or no more: at once, where the source does not make it wait. */
  #filled(size: number): Observable<unknown> {
    return defer(() => {
      while (this.#isShortOf(size)) {
        const next = this.#chunks.next();
        if ('then' in next) return from(this.#fillLater(size, next));
        this.#add(next);
      }
      return of(undefined);
    });
  }

  async #fillLater(size: number, first: PromiseLike<Chunk>): Promise<void> {
    this.#add(await first);
    while (this.#isShortOf(size)) this.#add(await this.#chunks.next());
  }

  #isShortOf(size: number): boolean {
    return !this.#ended && this.#restSize < size;
  }

  #add({ done, value: chunk }: Chunk): void {
    if (done === true) return void (this.#ended = true);
    if (!(chunk instanceof Uint8Array)) throw new UsageError('source', 'must emit Uint8Arrays');
    this.#rest.push(chunk);
    this.#restSize += chunk.length;
    this.#checkSize(this.size + this.#restSize);
  }

  #checkSize(bytes: number): void {
    if (bytes > this.#limit)
      throw new UsageError('source', `has more than ${this.#limit} bytes; see maxObjectBytes`, { code: 'TOO_LARGE' });
  }
}

type Chunk = IteratorResult<Uint8Array, unknown>;

/** An iterator, or an async one. */
interface Chunks {
  next(): Chunk | PromiseLike<Chunk>;
  return?(): unknown;
}

/** Chunks of an Observable that may wait: the limit of bytes ends it before. */
const MANY = 2 ** 31 - 1;

function chunksOf(source: HiveSource): Chunks {
  if (source instanceof Uint8Array) return [source][Symbol.iterator]();
  if (source instanceof Blob) return chunksOf(source.stream());
  if (isObservable(source)) return toAsyncIterable(source, { buffer: MANY })[Symbol.asyncIterator]();
  if (typeof source === 'object' && source !== null) {
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
    if (Symbol.iterator in source) return source[Symbol.iterator]();
  }
  throw new UsageError('source', 'must be bytes, a Blob, an Observable, an iterable or a stream of bytes');
}
