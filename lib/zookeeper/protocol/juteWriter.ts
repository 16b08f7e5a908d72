import { UsageError } from '../../core/errors.js';

/** The memory to begin with. It grows with the largest batch of a connection, and stays. */
const SIZE = 4 * 1024;
/** Memory that has grown beyond this is not waited for when it is lent. */
const KEPT = 2 * 1024 * 1024;
const FRAME_HEAD = 4;
/** Up to here a loop over the characters beats Node's encoder. */
const SHORT = 24;
/** A text of more bytes than this is not copied from where it was written before. */
const REPEATED = 128;
const WORD = 4;

/**
 * Writes Jute, ZooKeeper's record encoding: a batch of frames, one after the other, into one piece of memory that is
 * sent as it is.
 */
export class JuteWriter {
  readonly #limit: number;
  #bytes: Buffer = Buffer.allocUnsafeSlow(SIZE);
  #view: DataView = new DataView(this.#bytes.buffer);
  #lent: Buffer | undefined;
  #spare: Buffer | undefined;
  #frame = 0;
  #at = 0;
  // the last short text, and the place in #bytes where it stands with its length
  #text: string | undefined;
  #textAt = 0;
  #textEnd = 0;

  /** @param limit largest frame that the server takes, in bytes: `jute.maxbuffer` */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes written since the last {@link take}. */
  get length(): number {
    return this.#at;
  }

  /** Begins a frame; its length is filled in by {@link end}. */
  begin(): this {
    this.#frame = this.#at;
    this.#room(FRAME_HEAD);
    this.#at += FRAME_HEAD;
    return this;
  }

  /** Begins the frame of a request. */
  request(xid: number, opcode: number): this {
    this.#room(FRAME_HEAD + 8);
    const at = (this.#frame = this.#at);
    this.#view.setInt32(at + FRAME_HEAD, xid);
    this.#view.setInt32(at + FRAME_HEAD + 4, opcode);
    this.#at = at + FRAME_HEAD + 8;
    return this;
  }

  /** Ends the frame. Throws a UsageError, and leaves no trace of it, when the server would refuse its size. */
  end(): void {
    const size = this.#at - this.#frame - FRAME_HEAD;
    if (size > this.#limit) this.#refuse(size);
    this.#view.setInt32(this.#frame, size);
  }

  /** Forgets the frame that was begun. */
  cancel(): void {
    this.#at = this.#frame;
    this.#text = undefined;
  }

  /** Hands over the written bytes. The memory is used again unless {@link release} says that it must not be. */
  take(): Buffer {
    const bytes = this.#bytes.subarray(0, this.#at);
    this.#at = 0;
    this.#text = undefined;
    return bytes;
  }

  /** Lends the memory of the last {@link take} to its owner, and goes on in other memory. */
  release(): void {
    this.#lent = this.#bytes.length > KEPT ? undefined : this.#bytes;
    this.#use(this.#spare ?? Buffer.allocUnsafeSlow(SIZE));
    this.#spare = undefined;
  }

  /** Takes the lent memory back, if there is some. */
  regain(): void {
    if (this.#lent === undefined) return;
    this.#spare = this.#lent;
    this.#lent = undefined;
    if (this.#at > 0) return;
    const other = this.#bytes;
    this.#use(this.#spare);
    this.#spare = other;
  }

  int(value: number): this {
    this.#room(4);
    this.#view.setInt32(this.#at, value);
    this.#at += 4;
    return this;
  }

  long(value: bigint): this {
    this.#room(8);
    this.#view.setBigInt64(this.#at, value);
    this.#at += 8;
    return this;
  }

  bool(value: boolean): this {
    this.#room(1);
    this.#bytes[this.#at++] = value ? 1 : 0;
    return this;
  }

  buffer(value: Uint8Array | null): this {
    if (value === null) return this.int(-1);
    const size = this.#at - this.#frame - FRAME_HEAD + 4 + value.length;
    if (size > this.#limit) this.#refuse(size); // before it is copied
    this.int(value.length).#room(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  string(value: string): this {
    if (value === this.#text) return this.#again();
    const { length } = value;
    this.#room(4 + length * 3);
    const bytes = this.#bytes;
    const start = this.#at + 4;
    let end = start;
    if (length <= SHORT) {
      for (let i = 0; i < length; i++) {
        const unit = value.charCodeAt(i);
        if (unit > 0x7f) break;
        bytes[end++] = unit;
      }
    }
    if (end - start < length) end = start + bytes.write(value, start, 'utf8');
    this.#view.setInt32(this.#at, end - start);
    if (end - start <= REPEATED) {
      this.#text = value;
      this.#textAt = this.#at;
      this.#textEnd = end;
    }
    this.#at = end;
    return this;
  }

  strings(values: readonly string[]): this {
    this.int(values.length);
    for (const value of values) this.string(value);
    return this;
  }

  /** Writes the last text again: programs that ask for one path many times in a turn are common. Copies by words. */
  #again(): this {
    const size = this.#textEnd - this.#textAt;
    this.#room(size + WORD);
    const view = this.#view;
    const [from, to] = [this.#textAt, this.#at];
    for (let i = 0; i < size; i += WORD) view.setInt32(to + i, view.getInt32(from + i));
    this.#textAt = to;
    this.#textEnd = this.#at = to + size;
    return this;
  }

  #refuse(size: number): never {
    this.cancel();
    throw new UsageError(
      'request',
      `needs ${size} bytes or more; the server takes at most ${this.#limit} (jute.maxbuffer)`,
      { code: 'TOO_LARGE' }
    );
  }

  #room(size: number): void {
    if (this.#bytes.length - this.#at >= size) return;
    const grown = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(this.#at + size)));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#use(grown);
  }

  #use(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
