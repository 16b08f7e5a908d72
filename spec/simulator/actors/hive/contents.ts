import { createHash } from 'node:crypto';

/** The shortest content. */
export const SHORTEST = 24;

/** Content that one write alone has: it names the write in each line, and no two slices of it are the same. */
export function contentOf(write: string, size: number): Uint8Array {
  let text = '';
  for (let line = 0; text.length < size; line++) text += `${write} ${line}\n`;
  return Buffer.from(text.slice(0, size));
}

/** All contents that were ever written. */
export class Contents {
  readonly #of = new Map<string, Uint8Array>();
  readonly #bySha256 = new Map<string, string>();

  /** All writes. */
  get all(): readonly string[] {
    return [...this.#of.keys()];
  }

  /** Makes the content of a write. */
  make(write: string, size: number): Uint8Array {
    const content = contentOf(write, Math.max(size, SHORTEST));
    this.#of.set(write, content);
    this.#bySha256.set(createHash('sha256').update(content).digest('hex'), write);
    return content;
  }

  /** The content of a write. */
  of(write: string): Uint8Array {
    return this.#of.get(write)!;
  }

  /** The write whose whole content this is. */
  writeOf(content: Uint8Array): string | undefined {
    const write = String(Buffer.from(content.subarray(0, SHORTEST))).split(' ')[0]!;
    const whole = this.#of.get(write);
    return whole !== undefined && Buffer.compare(whole, content) === 0 ? write : undefined;
  }

  withSha256(sha256: string): string | undefined {
    return this.#bySha256.get(sha256);
  }
}
