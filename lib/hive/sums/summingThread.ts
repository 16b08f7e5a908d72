import { Worker } from 'node:worker_threads';
import { sumsProgram } from './sumsProgram.js';

/** What the thread is to do for a content, by its number. */
export type Order = { readonly content: number } & (
  | { readonly kind: 'begin'; readonly isWhole: boolean }
  | { readonly kind: 'slice'; readonly memory: SharedArrayBuffer; readonly length: number }
  | { readonly kind: 'digest' | 'end' }
);

/** The answer to a slice or to a digest. */
export type Answer = { readonly crc: number } | { readonly sha256: string };

/** A content whose sums the thread makes. */
export interface SummedContent {
  answered(answer: Answer): void;
  /** The thread has died of this, and the sums with it. */
  lost(cause: unknown): void;
}

type Message = (Answer & { readonly content: number }) | { readonly isIdle: true };

/**
 * A thread that makes sums, for as long as there are contents and ten seconds more. It keeps the process alive while
 * there is a content, because nothing else may do so. Where no thread can begin, or one has died, there is none any
 * more: then sums are made without it.
 */
export class SummingThread {
  readonly #start: () => Worker;
  readonly #contents = new Map<number, SummedContent>();
  #worker: Worker | undefined;
  #isUsable = true;
  #last = 0;

  /** @param start makes a worker that runs the program */
  constructor(start = startWorker) {
    this.#start = start;
  }

  /** Takes a content in, and returns its number; `undefined` where there is no thread. */
  begin(content: SummedContent, isWhole: boolean): number | undefined {
    const worker = this.#running();
    if (worker === undefined) return undefined;
    const number = ++this.#last;
    if (this.#contents.size === 0) worker.ref();
    this.#contents.set(number, content);
    this.order({ kind: 'begin', content: number, isWhole });
    return number;
  }

  order(order: Order): void {
    this.#worker?.postMessage(order);
  }

  /** Nothing more is asked for a content. */
  end(number: number): void {
    if (!this.#contents.delete(number)) return;
    this.order({ kind: 'end', content: number });
    if (this.#contents.size === 0) this.#worker?.unref();
  }

  #running(): Worker | undefined {
    if (!this.#isUsable || this.#worker !== undefined) return this.#worker;
    try {
      return (this.#worker = this.#listenTo(this.#start()));
    } catch {
      this.#isUsable = false; // the process may not have threads: sums are made without them
      return undefined;
    }
  }

  #listenTo(worker: Worker): Worker {
    let cause: unknown;
    worker.on('message', (message: Message) => this.#receive(message));
    worker.on('error', (error) => (cause = error));
    worker.on('exit', () => {
      if (this.#worker === worker) this.#died(cause);
    });
    worker.unref();
    return worker;
  }

  #receive(message: Message): void {
    if (!('isIdle' in message)) return this.#contents.get(message.content)?.answered(message);
    if (this.#contents.size > 0) return;
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  #died(cause: unknown): void {
    this.#worker = undefined;
    this.#isUsable = false;
    const contents = [...this.#contents.values()];
    this.#contents.clear();
    for (const content of contents) content.lost(cause);
  }
}

/** A worker with nothing of the options and variables of this process: they may load other code. */
function startWorker(): Worker {
  return new Worker(sumsProgram, { eval: true, execArgv: [], env: {}, name: 'quorum-rx sums' });
}
