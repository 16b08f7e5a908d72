import { type Observable, ReplaySubject } from 'rxjs';

/** The state of a client, as a value and as a stream. The stream emits the state at once, and never errors. */
export class StateFeed<S extends { readonly kind: string }> {
  readonly state$: Observable<S>;
  readonly #states$ = new ReplaySubject<S>(1);
  #state: S;
  #ended = false;

  constructor(first: S) {
    this.#state = first;
    this.#states$.next(first);
    this.state$ = this.#states$.asObservable();
  }

  get state(): S {
    return this.#state;
  }

  /** Whether the last state has come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Moves to another state. After the last one, this does nothing. */
  become(state: S): void {
    if (this.#ended) return;
    this.#state = state;
    this.#states$.next(state);
  }

  /**
   * Moves to the last state, and completes the stream. The value changes first, then `before` runs, then the stream
   * emits.
   */
  end(last: S, before?: () => void): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#state = last;
    before?.();
    this.#states$.next(last);
    this.#states$.complete();
  }
}
