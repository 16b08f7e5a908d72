import { type Observable, Subject, type Subscription, ignoreElements, map, take } from 'rxjs';
import type { Work } from '../../client/paced.js';

/** The next part of a source, or its end. */
export type Chunk = IteratorResult<Uint8Array, unknown>;

/** A source that waits with its next part until the work on the last one is done. */
export class HeldSource {
  readonly start: <R>(work: Work<Uint8Array, R>) => Observable<R>;

  /** @param start subscribing to it begins the source */
  constructor(start: HeldSource['start']) {
    this.start = start;
  }
}

/**
 * The chunks of a source that pushes them. It begins with the first call of {@link next}. One that can be held back is
 * held back while a chunk waits here. There are no promises in it, so it works in virtual time, too.
 */
export class PulledChunks {
  readonly #chunk$: Observable<unknown>;
  readonly #waiting: Uint8Array[] = [];
  readonly #come$ = new Subject<void>();
  readonly #more$ = new Subject<void>();
  #subscription: Subscription | undefined;
  #end: { readonly failed: boolean; readonly error?: unknown } | undefined;

  constructor(source: Observable<Uint8Array> | HeldSource) {
    const add = (chunk: Uint8Array) => {
      this.#waiting.push(chunk);
      this.#come$.next();
    };
    const held = (chunk: Uint8Array) => {
      add(chunk);
      return this.#waiting.length === 0 ? [] : this.#more$.pipe(take(1), ignoreElements());
    };
    this.#chunk$ = source instanceof HeldSource ? source.start(held) : source.pipe(map(add));
  }

  /** The next chunk: at once if it is there. One call at a time. */
  next(): Chunk | Observable<Chunk> {
    const come$ = this.#come$.pipe(
      take(1),
      map(() => this.#now()!)
    );
    this.#begin();
    return this.#now() ?? come$;
  }

  /** Reads no more. */
  return(): void {
    this.#subscription?.unsubscribe();
  }

  #begin(): void {
    this.#subscription ??= this.#chunk$.subscribe({
      error: (error: unknown) => this.#ends({ failed: true, error }),
      complete: () => this.#ends({ failed: false }),
    });
  }

  #ends(end: { readonly failed: boolean; readonly error?: unknown }): void {
    this.#end = end;
    this.#come$.next();
  }

  #now(): Chunk | undefined {
    if (this.#waiting.length > 0) {
      const value = this.#waiting.shift()!;
      if (this.#waiting.length === 0) this.#more$.next();
      return { done: false, value };
    }
    if (this.#end?.failed === true) throw this.#end.error;
    return this.#end && { done: true, value: undefined };
  }
}
