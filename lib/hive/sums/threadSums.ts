import { AsyncSubject, type Observable, type Observer, Subject, take, throwError } from 'rxjs';
import type { ContentSums } from './contentSums.js';
import type { Answer, SummedContent, SummingThread } from './summingThread.js';

/** So many slices of a content may wait for the thread. */
const MOST_WAITING = 8;

/** Has a thread make the sums. Bytes are copied into memory that both threads share, and that is used again. */
export class ThreadSums implements ContentSums, SummedContent {
  readonly #thread: SummingThread;
  readonly #sliceSize: number;
  readonly #error: (cause: unknown) => Error;
  /** Slices that the thread has not summed up yet. */
  readonly #waiting: { readonly memory: Uint8Array<SharedArrayBuffer>; readonly crc: Observer<number> }[] = [];
  readonly #free: Uint8Array<SharedArrayBuffer>[] = [];
  readonly #room$ = new Subject<void>();
  readonly #sha256$ = new AsyncSubject<string>();
  #content: number | undefined;
  #memory: Uint8Array<SharedArrayBuffer> | undefined; // of the slice that is begun
  #at = 0;
  #lost: { readonly error: Error } | undefined;

  /** @param error makes the error for a content whose sums are lost */
  constructor(thread: SummingThread, sliceSize: number, error: (cause: unknown) => Error) {
    this.#thread = thread;
    this.#sliceSize = sliceSize;
    this.#error = error;
  }

  /** Begins. Returns `false` where there is no thread. */
  begin(isWhole = true): boolean {
    this.#content = this.#thread.begin(this, isWhole);
    return this.#content !== undefined;
  }

  add(bytes: Uint8Array): void {
    this.#memory ??= this.#free.pop() ?? new Uint8Array(new SharedArrayBuffer(this.#sliceSize));
    this.#memory.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  endSlice(crc: Observer<number>): void {
    if (this.#lost !== undefined) return crc.error(this.#lost.error);
    const memory = this.#memory!;
    this.#waiting.push({ memory, crc });
    this.#order({ kind: 'slice', memory: memory.buffer, length: this.#at });
    [this.#memory, this.#at] = [undefined, 0];
  }

  room(): Observable<void> | undefined {
    if (this.#lost !== undefined) return throwError(() => this.#lost!.error);
    return this.#waiting.length < MOST_WAITING ? undefined : this.#room$.pipe(take(1));
  }

  sha256(): Observable<string> {
    if (this.#lost === undefined) this.#order({ kind: 'digest' });
    return this.#sha256$;
  }

  stop(): void {
    this.#thread.end(this.#content!);
  }

  answered(answer: Answer): void {
    if ('sha256' in answer) {
      this.#sha256$.next(answer.sha256);
      return this.#sha256$.complete();
    }
    const { memory, crc } = this.#waiting.shift()!;
    this.#free.push(memory);
    crc.next(answer.crc);
    crc.complete();
    this.#room$.next();
  }

  lost(cause: unknown): void {
    const error = this.#error(cause);
    this.#lost = { error };
    for (const { crc } of this.#waiting.splice(0)) crc.error(error);
    this.#room$.error(error);
    this.#sha256$.error(error);
  }

  #order(order: { kind: 'slice'; memory: SharedArrayBuffer; length: number } | { kind: 'digest' }): void {
    this.#thread.order({ ...order, content: this.#content! });
  }
}
