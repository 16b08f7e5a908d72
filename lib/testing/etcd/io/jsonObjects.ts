const OPEN = 0x7b;
const CLOSE = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Cuts a body into the JSON objects that stand in it one after another. */
export class JsonObjects {
  #pieces: Buffer[] = [];
  #depth = 0;
  #quoted = false;
  #escaped = false;

  /** Takes a chunk, and hands over the text of every object that is whole now. */
  push(chunk: Buffer, receive: (text: string) => void): void {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      if (!this.#closes(chunk[i]!)) continue;
      this.#pieces.push(chunk.subarray(start, i + 1));
      start = i + 1;
      receive(this.rest());
    }
    if (start < chunk.length) this.#pieces.push(chunk.subarray(start));
  }

  /** The text behind the last object, which is then forgotten. */
  rest(): string {
    const text = Buffer.concat(this.#pieces).toString();
    this.#pieces = [];
    return text;
  }

  /** Whether a byte ends an object. */
  #closes(byte: number): boolean {
    if (this.#escaped) this.#escaped = false;
    else if (this.#quoted) {
      if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#quoted = false;
    } else if (byte === QUOTE) this.#quoted = true;
    else if (byte === OPEN) this.#depth++;
    else if (byte === CLOSE) return --this.#depth === 0;
    return false;
  }
}
