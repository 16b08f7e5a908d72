import { createHash } from 'node:crypto';
import { type Observable, Subscription, defer, map } from 'rxjs';
import { UsageError, isCoordinationError } from '../../core/errors.js';
import { BridgeError } from '../shared/bridgeError.js';
import { encodeForPage } from './encodeForPage.js';

/** The newest state of a source as a line sends it: the same contents have the same tag; or its failure, for good. */
export type Shown =
  | { readonly tag: string; readonly text: string; readonly failure?: undefined }
  | { readonly failure: string; readonly tag?: undefined; readonly text?: undefined };

/** One subscription to a source, for all lines that show it. A state is encoded once, when a line first takes it. */
export class SharedWatch {
  readonly #limit: number;
  readonly #onError: (error: unknown) => void;
  readonly #readers = new Set<() => void>();
  readonly #subscription = new Subscription();
  #onIdle: () => void = () => {};
  #state: object | undefined;
  #shown: Shown | undefined;

  /** @param limit the most bytes of a state, encoded */
  constructor(limit: number, onError: (error: unknown) => void) {
    this.#limit = limit;
    this.#onError = onError;
  }

  /**
   * Subscribes to the source.
   *
   * @param onIdle is called whenever the last reader has left
   * @param onOver is called when the source has ended: the last state stays for its readers
   */
  start(source: () => Observable<unknown>, onIdle: () => void, onOver: () => void): void {
    this.#onIdle = onIdle;
    const end = (error?: unknown) => {
      if (error !== undefined && !isCoordinationError(error, 'CLOSED')) this.#fail(error);
      else if (this.#state !== undefined && this.#shown?.failure === undefined) {
        const cause = new BridgeError('ENDED', 'the server watches this value no more');
        this.#become({ ...this.#state, stale: true, cause });
      }
      onOver();
    };
    this.#subscription.add(
      defer(source)
        .pipe(map(checkedState))
        .subscribe({
          next: (state) => this.#become(state),
          error: (error: unknown) => end(error ?? new Error('no error')),
          complete: () => end(),
        })
    );
  }

  /** Calls back after each change, until the function that it returns is called. */
  read(reader: () => void): () => void {
    this.#readers.add(reader);
    return () => {
      if (this.#readers.delete(reader) && this.#readers.size === 0) this.#onIdle();
    };
  }

  stop(): void {
    this.#subscription.unsubscribe();
  }

  /** The newest state; `undefined` as long as there is none. */
  get shown(): Shown | undefined {
    if (this.#shown === undefined && this.#state !== undefined) {
      try {
        const text = encodeForPage(this.#state, this.#limit);
        this.#shown = { text, tag: createHash('sha256').update(text).digest('base64url').slice(0, 22) };
      } catch (error) {
        this.#onError(error);
        this.#shown = { failure: encodeForPage(error) };
      }
    }
    return this.#shown;
  }

  #fail(error: unknown): void {
    this.#onError(error);
    this.#shown = { failure: encodeForPage(error instanceof Error ? error : new Error('not an error')) };
    this.#tell();
  }

  #become(state: object): void {
    this.#state = state;
    this.#shown = undefined;
    this.#tell();
  }

  #tell(): void {
    for (const reader of this.#readers) reader();
  }
}

function checkedState(state: unknown): object {
  if (typeof state === 'object' && state !== null && 'stale' in state) return state;
  throw new UsageError('sources', 'must emit objects with a field `stale`');
}
