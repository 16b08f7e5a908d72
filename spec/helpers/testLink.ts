import { Subject } from 'rxjs';
import type { Link } from '../../lib/core/link.js';
import { type Asked, asked } from './wireBytes.js';

/**
 * Keeps what is written, and gives what it is told to. `soon` decides when a batch is ready; by default, {@link run}
 * does.
 */
export class TestLink implements Link {
  readonly chunk$ = new Subject<Uint8Array>();
  readonly drain$ = new Subject<void>();
  /** Copies of what was written, one for each call. */
  readonly writes: Buffer[] = [];
  /** The very memory that was written from, one for each call. */
  readonly memory: Uint8Array[] = [];
  /** What {@link write} says: whether all has left. */
  accepts = true;
  /** Whether nothing is to be read. */
  held = false;
  onWrite: ((bytes: Buffer) => void) | undefined;
  readonly #tasks: Array<() => void> = [];
  readonly #soon: ((task: () => void) => void) | undefined;

  constructor(soon?: (task: () => void) => void) {
    this.#soon = soon;
  }

  /** Bytes come, in one piece. Their memory is used again right away, as a socket does it. */
  arrives(parts: readonly Uint8Array[]): void {
    const chunk = Buffer.concat(parts);
    this.chunk$.next(chunk);
    chunk.fill(0xee);
  }

  write(bytes: Uint8Array): boolean {
    this.memory.push(bytes);
    const copy = Buffer.from(bytes);
    this.writes.push(copy);
    this.onWrite?.(copy);
    return this.accepts;
  }

  hold(): void {
    this.held = true;
  }

  release(): void {
    this.held = false;
  }

  soon(task: () => void): void {
    if (this.#soon === undefined) this.#tasks.push(task);
    else this.#soon(task);
  }

  /** The end of a turn. */
  run(): void {
    for (const task of this.#tasks.splice(0)) task();
  }

  /** The requests written since this was last called. */
  asked(): Asked[] {
    return asked(Buffer.concat(this.writes.splice(0)));
  }
}
