const NOTHING = Buffer.alloc(0);
const SMALLEST = 4 * 1024;
/** Memory beyond this is given back once the long record is read that it was for. */
const LARGE = 64 * 1024;
/** How many times the bytes that have come are taken as memory for those that a record says it has. */
const AHEAD = 8;

/**
 * The bytes of a stream that no record has taken. They are in a chunk, whose memory belongs to somebody else; or in
 * memory of their own, to which parts of the next chunk come.
 */
export class ChunkMemory {
  /** The bytes from {@link start} to {@link end} are next. */
  bytes: Buffer = NOTHING;
  view: DataView = new DataView(NOTHING.buffer, 0, 0);
  start = 0;
  end = 0;
  /** So many bytes from {@link start} on are needed, as far as it is known. */
  needed = 0;
  #kept: Buffer = NOTHING; // the rest of former chunks, with room behind it
  #more: Buffer = NOTHING; // the rest of the chunk, which is not behind `bytes` yet
  #portion = 0; // how much of that is put behind `bytes` next, at least

  /** All bytes, those included that are not behind the others yet. */
  get left(): number {
    return this.end - this.start + this.#more.length;
  }

  /** Takes a chunk, whose memory is looked at until {@link rest}, and no longer. */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.left === 0) return this.#use(bytes, 0, bytes.length);
    if (this.#more.length > 0) this.#append(this.#more);
    this.#more = bytes;
  }

  /** The bytes up to here are taken. */
  take(at: number): void {
    this.start = at;
    this.needed = 0;
    this.#portion = 0;
  }

  /** Whether the owner of `size` bytes may have the memory that they are in: it is not much more than they need. */
  fits(size: number): boolean {
    return size >= LARGE && size * 2 >= this.#kept.length && this.bytes === this.#kept;
  }

  /** Bytes of the memory belong to somebody else now: those that are left in it are only read. */
  give(): void {
    this.#kept = NOTHING;
  }

  /**
   * Puts bytes of the chunk behind those that wait; returns whether there were any. First as many as are needed, that
   * the record after this one can be read in the chunk; then more each time, or a list would be read item by item.
   */
  pull(): boolean {
    const more = this.#more;
    if (more.length === 0) return false;
    const waiting = this.end - this.start;
    if (waiting === 0) {
      this.#more = NOTHING;
      this.#use(more, 0, more.length);
      return true;
    }
    const size = Math.max(this.needed - waiting, this.#portion);
    this.#portion = Math.max(SMALLEST, this.#portion * 2);
    this.#append(more.subarray(0, size));
    this.#more = more.subarray(size);
    return true;
  }

  /** Keeps the bytes that no record has taken: the chunk's memory is about to be used again. */
  rest(): void {
    if (this.#more.length > 0) {
      this.#append(this.#more);
      this.#more = NOTHING;
    }
    const { left } = this;
    if (this.#kept.length > LARGE && left <= SMALLEST) this.#kept = NOTHING;
    if (this.bytes === this.#kept) return;
    if (this.#kept.length < left) this.#kept = Buffer.allocUnsafeSlow(this.#roomFor(left));
    this.bytes.copy(this.#kept, 0, this.start, this.end);
    this.#use(this.#kept, 0, left);
  }

  #append(chunk: Buffer): void {
    const waiting = this.end - this.start;
    const size = waiting + chunk.length;
    if (this.bytes !== this.#kept || this.end + chunk.length > this.#kept.length) {
      const room = this.#kept.length >= size ? this.#kept : Buffer.allocUnsafeSlow(this.#roomFor(size));
      this.bytes.copy(room, 0, this.start, this.end);
      this.#kept = room;
      this.#use(room, 0, waiting);
    }
    chunk.copy(this.#kept, this.end);
    this.end += chunk.length;
  }

  #use(bytes: Buffer, start: number, end: number): void {
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    this.start = start;
    this.end = end;
  }

  /**
   * Room that doubles: a record of many chunks is copied about twice. A long record that has begun to come gets as much
   * as it needs.
   */
  #roomFor(size: number): number {
    const { needed } = this;
    if (needed >= size && needed >= LARGE && needed <= size * AHEAD) return needed;
    return Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(size)));
  }
}
