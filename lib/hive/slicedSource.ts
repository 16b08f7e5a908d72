import { createHash } from 'node:crypto';
import { type Observable, isObservable } from 'rxjs';
import { crc32 } from 'node:zlib';
import { UsageError } from '../core/errors.js';
import { toAsyncIterable } from '../operators/toAsyncIterable.js';

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

/** Cuts a source into slices, and keeps account of them. One reader reads at a time. */
export class SlicedSource {
  /** The CRC-32 of each slice. */
  readonly crcs: number[] = [];
  /** Bytes of the whole source, where it tells its size. */
  readonly total: number | undefined;
  /** Bytes of all slices. */
  size = 0;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #limit: number;
  readonly #sha256 = createHash('sha256');
  #rest: Uint8Array[] = [];
  #restSize = 0;
  #ended = false;
  #last: Promise<SourceSlice | undefined> = Promise.resolve(undefined);

  /** @param limit bytes of the longest source */
  constructor(source: HiveSource, limit: number) {
    this.#chunks = chunksOf(source);
    this.total = source instanceof Uint8Array ? source.length : source instanceof Blob ? source.size : undefined;
    this.#limit = limit;
    if (this.total !== undefined) this.#checkSize(this.total);
  }

  /** The next slice; `undefined` at the end. Each slice but the last has this size. */
  next(sliceSize: number): Promise<SourceSlice | undefined> {
    return (this.#last = this.#last.then(() => this.#read(sliceSize)));
  }

  /** The whole source if it is not longer than this; `undefined` if it is, and is to be read in slices. */
  async whole(longest: number): Promise<Uint8Array | undefined> {
    await this.#fill(longest + 1);
    return this.#restSize <= longest ? Buffer.concat(this.#rest, this.#restSize) : undefined;
  }

  /** Reads no more. An error of the source is dropped: it comes after the end. */
  stop(): void {
    this.#ended = true;
    const stopped = async () => this.#chunks.return?.();
    stopped().catch(() => undefined);
  }

  /** The SHA-256 of all slices, in hexadecimal digits. */
  sha256(): string {
    return this.#sha256.copy().digest('hex');
  }

  async #read(sliceSize: number): Promise<SourceSlice | undefined> {
    await this.#fill(sliceSize);
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

  async #fill(size: number): Promise<void> {
    while (!this.#ended && this.#restSize < size) {
      const next = await this.#chunks.next();
      if (next.done === true) this.#ended = true;
      else this.#add(next.value);
    }
  }

  #add(chunk: Uint8Array): void {
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

/** Chunks of an Observable that may wait: the limit of bytes ends it before. */
const MANY = 2 ** 31 - 1;

function chunksOf(source: HiveSource): AsyncIterator<Uint8Array> {
  if (source instanceof Uint8Array) return chunksOf([source]);
  if (source instanceof Blob) return chunksOf(source.stream());
  if (isObservable(source)) return toAsyncIterable(source, { buffer: MANY })[Symbol.asyncIterator]();
  if (typeof source === 'object' && source !== null) {
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
    if (Symbol.iterator in source) return pulled(source[Symbol.iterator]());
  }
  throw new UsageError('source', 'must be bytes, a Blob, an Observable, an iterable or a stream of bytes');
}

/** An iterator that answers later. */
function pulled<T>(iterator: Iterator<T>): AsyncIterator<T> {
  return {
    next: () => Promise.resolve(iterator.next()),
    return: () => Promise.resolve(iterator.return?.() ?? { done: true as const, value: undefined }),
  };
}
