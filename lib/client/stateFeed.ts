import { type Observable, ReplaySubject } from 'rxjs';
import { type SessionMessage, channels } from './channels.js';
import type { Meter } from './meter.js';

/** The meters of clients, by their states: all views of a client have the same. */
const meters = new WeakMap<Observable<unknown>, Meter>();

/** The meter of the client with these states; `undefined` for a client that is not of this library. */
export function meterOf(state$: Observable<unknown> | undefined): Meter | undefined {
  return state$ && meters.get(state$);
}

/** The state of a client, as a value and as a stream. The stream emits the state at once, and never errors. */
export class StateFeed<S extends { readonly kind: string }> {
  readonly state$: Observable<S>;
  readonly #meter: Meter | undefined;
  readonly #states$ = new ReplaySubject<S>(1);
  #state: S;
  #ended = false;

  /** @param meter of the client; `undefined` for a part of one, whose states are not reported */
  constructor(first: S, meter?: Meter) {
    this.#meter = meter;
    this.#state = first;
    this.#states$.next(first);
    this.state$ = this.#states$.asObservable();
    if (meter !== undefined) meters.set(this.state$, meter);
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
    this.#publish();
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
    this.#publish();
    this.#states$.next(last);
    this.#states$.complete();
  }

  #publish(): void {
    if (this.#meter === undefined || !channels.session.hasSubscribers) return;
    const { store, client, scheduler } = this.#meter;
    const message: SessionMessage = { store, client, time: scheduler.now(), state: this.#state };
    channels.session.publish(message);
  }
}
