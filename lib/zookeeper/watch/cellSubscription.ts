import type { Subscriber, Unsubscribable } from 'rxjs';
import { interruption } from '../../client/interruption.js';
import type { CoordinationError } from '../../core/errors.js';
import type { CellKind, Reading, TooLarge, View } from './cellKind.js';

/** The parts of a cell that a subscriber needs. */
interface Source<R extends Reading> {
  readonly kind: CellKind<R>;
  leave(subscription: CellSubscription<R>): void;
}

/** A subscriber of a cell, and the form in which it sees the value: one object, because there may be very many. */
export class CellSubscription<R extends Reading> implements View, Unsubscribable {
  readonly path: string;
  readonly codec: View['codec'];
  readonly #cell: Source<R>;
  readonly #subscriber: Subscriber<unknown>;

  constructor(cell: Source<R>, subscriber: Subscriber<unknown>, { path, codec }: View) {
    this.#cell = cell;
    this.#subscriber = subscriber;
    this.path = path;
    this.codec = codec;
  }

  show(reading: R | TooLarge, cause: CoordinationError | undefined): void {
    if (!this.#subscriber.closed) this.#subscriber.next(this.#cell.kind.shown(reading, cause, this));
  }

  /** @param empty whether no value was known */
  end(error: CoordinationError | undefined, empty: boolean): void {
    if (error !== undefined) this.#subscriber.error(error);
    else if (empty) this.#subscriber.error(interruption({ operation: this.#cell.kind.operation, path: this.path }));
    else this.#subscriber.complete();
  }

  unsubscribe(): void {
    this.#cell.leave(this);
  }
}
