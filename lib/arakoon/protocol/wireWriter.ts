const SIZE = 16 * 1024;
/** Memory that has grown beyond this is not kept for later. */
const KEPT = 1024 * 1024;
/** The bits of 0 / 0, as the processors make them that servers run on; ours would be a matter of chance. */
const NAN = -0x8000000000000n;

/**
 * Writes Arakoon's records, little-endian, one after the other into one piece of memory. Taken bytes are not changed
 * before {@link WireWriter.regain}: later records are written behind them, or into new memory when there is no more
 * room.
 */
export class WireWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(SIZE);
  #view = new DataView(this.#bytes.buffer);
  #start = 0;
  #at = 0;

  /** Bytes written since the last {@link take}. */
  get length(): number {
    return this.#at - this.#start;
  }

  /** Hands over the written bytes. They belong to the caller, until {@link regain}. */
  take(): Buffer {
    const bytes = this.#bytes.subarray(this.#start, this.#at);
    this.#start = this.#at;
    return bytes;
  }

  /** The taken bytes are not needed any more: their memory is used again, unless it is much. */
  regain(): void {
    if (this.length > 0) return;
    if (this.#bytes.length > KEPT) this.#use(Buffer.allocUnsafeSlow(SIZE));
    this.#start = this.#at = 0;
  }

  /** Forgets all bytes from this {@link length} on. */
  back(to: number): void {
    this.#at = this.#start + to;
  }

  byte(value: number): this {
    const at = this.#room(1);
    this.#bytes[at] = value;
    return this;
  }

  bool(value: boolean): this {
    return this.byte(value ? 1 : 0);
  }

  int(value: number): this {
    const at = this.#room(4);
    this.#view.setInt32(at, value, true);
    return this;
  }

  long(value: bigint): this {
    const at = this.#room(8);
    this.#view.setBigInt64(at, value, true);
    return this;
  }

  float(value: number): this {
    if (Number.isNaN(value)) return this.long(NAN);
    const at = this.#room(8);
    this.#view.setFloat64(at, value, true);
    return this;
  }

  /** @param prefix comes in front of the value, as a part of it */
  bytes(value: Uint8Array, prefix?: Uint8Array): this {
    const before = prefix === undefined ? 0 : prefix.byteLength;
    const size = before + value.byteLength;
    this.int(size);
    const at = this.#room(size);
    if (prefix !== undefined) this.#bytes.set(prefix, at);
    this.#bytes.set(value, at + before);
    return this;
  }

  text(value: string): this {
    const size = Buffer.byteLength(value);
    this.int(size);
    const at = this.#room(size);
    this.#bytes.write(value, at, 'utf8');
    return this;
  }

  /** The output of `write` as a string: with the number of its bytes before it. */
  nested(write: () => void): this {
    this.int(0);
    const begin = this.length;
    write();
    this.#view.setInt32(this.#start + begin - 4, this.length - begin, true);
    return this;
  }

  /** Where so many bytes are to be written. The memory may be another then. */
  #room(size: number): number {
    if (this.#at + size > this.#bytes.length) this.#move(size);
    const at = this.#at;
    this.#at = at + size;
    return at;
  }

  #move(size: number): void {
    const { length } = this;
    // half as much again, so that many records are not copied often; but a large one has little more than it needs
    const larger = Buffer.allocUnsafeSlow(length + size + Math.max(SIZE, length >> 1));
    this.#bytes.copy(larger, 0, this.#start, this.#at);
    this.#use(larger);
    this.#start = 0;
    this.#at = length;
  }

  #use(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
