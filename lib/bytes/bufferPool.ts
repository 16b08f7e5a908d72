/** Smaller buffers cost little, and larger ones would keep much. */
const [SMALLEST, LARGEST] = [64 * 1024, 1024 * 1024];

/**
 * Large buffers that are used again: a fresh one costs more than the copy into it, because the system hands it over
 * page by page, and the garbage collector is called for it. Buffers that wait are given up when memory is collected.
 */
export class BufferPool {
  readonly #most: number;
  #waiting: WeakRef<Buffer[]> | undefined;

  /** @param most buffers that wait at a time */
  constructor(most: number) {
    this.#most = most;
  }

  /** A buffer of this size, with any content. */
  take(size: number): Buffer {
    if (size < SMALLEST || size > LARGEST) return Buffer.allocUnsafe(size);
    const buffer = this.#waiting?.deref()?.pop();
    return buffer !== undefined && buffer.buffer.byteLength >= size
      ? Buffer.from(buffer.buffer, 0, size)
      : Buffer.allocUnsafeSlow(size);
  }

  /** Takes a buffer back that {@link take} gave, and that is not read or written any more. */
  give(buffer: Buffer): void {
    if (buffer.length < SMALLEST || buffer.length > LARGEST) return;
    let waiting = this.#waiting?.deref();
    if (waiting === undefined) this.#waiting = new WeakRef((waiting = []));
    if (waiting.length < this.#most) waiting.push(buffer);
  }
}
