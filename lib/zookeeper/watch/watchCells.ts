import { Observable } from 'rxjs';
import { interruption } from '../../client/interruption.js';
import type { CoordinationError } from '../../core/errors.js';
import type { SessionListener } from '../session/sessionListener.js';
import { Cell, type CellGround } from './cell.js';
import type { CellKind, Reading, View } from './cellKind.js';
import { CellSubscription } from './cellSubscription.js';

/** The cells of one session: one for each path and kind, shared by all who watch it. */
export class WatchCells implements SessionListener {
  readonly #ground: CellGround;
  readonly #cells = new Map<CellKind<Reading>, Map<string, Cell<Reading>>>();
  readonly #forget = ({ kind, path }: Cell<Reading>): void => void this.#cells.get(kind)!.delete(path);

  constructor(ground: CellGround) {
    this.#ground = ground;
    ground.session.listeners.add(this);
  }

  /**
   * The value at `path`, for as long as there are subscribers. **Emits** the known value at once, then every change,
   * and whether it is stale. **Completes** when the session is closed; **errors** with `CLOSED` when that was before
   * the first value, or with what has ended the session otherwise.
   */
  watch<R extends Reading, V>(kind: CellKind<R, V>, path: string, view: View): Observable<V> {
    return new Observable((subscriber) => {
      kind.op.check?.(path);
      const { state } = this.#ground.session.streams;
      if (state.kind === 'closed')
        return subscriber.error(state.cause ?? interruption({ operation: kind.operation, path: view.path }));
      const cell = this.#cell(kind, path);
      const subscription = new CellSubscription(cell, subscriber, view);
      cell.join(subscription);
      return subscription;
    });
  }

  suspended(cause: CoordinationError): void {
    for (const cell of this.#all()) cell.suspended(cause);
  }

  resumed(): void {
    for (const cell of this.#all()) cell.resumed();
  }

  ended(error: CoordinationError | undefined): void {
    for (const cell of this.#all()) cell.ended(error);
  }

  /** As they are now: subscribers may come and leave meanwhile. */
  #all(): readonly Cell<Reading>[] {
    return [...this.#cells.values()].flatMap((cells) => [...cells.values()]);
  }

  #cell(kind: CellKind<Reading>, path: string): Cell<Reading> {
    let cells = this.#cells.get(kind);
    if (cells === undefined) this.#cells.set(kind, (cells = new Map<string, Cell<Reading>>()));
    let cell = cells.get(path);
    if (cell === undefined) cells.set(path, (cell = new Cell(path, kind, this.#ground, this.#forget)));
    return cell;
  }
}
