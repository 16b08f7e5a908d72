import { Observable } from 'rxjs';
import { Cell, type CellGround, type CellKind, type Reading, type Shown } from './cell.js';
import { endedBy } from './closed.js';

/** The cells of one session: one for each path and kind, shared by all who watch it. */
export class WatchCells {
  readonly #ground: CellGround;
  readonly #cells = new Map<string, Cell<never>>();

  constructor(ground: CellGround) {
    this.#ground = ground;
  }

  /**
   * The value at `path`, for as long as there are subscribers. **Emits** the known value at once, then every change,
   * and whether it is stale. **Completes** when the session is closed, **errors** when it is over otherwise.
   */
  watch<R extends Reading>(kind: CellKind<R>, path: string): Observable<Shown<R>> {
    return new Observable((subscriber) => {
      kind.op.check?.(path);
      if (endedBy(this.#ground.session.streams.state, subscriber)) return;
      const key = `${kind.name} ${path}`;
      const cell = (this.#cells.get(key) as Cell<R> | undefined) ?? this.#create(key, kind, path);
      subscriber.add(() => cell.leave(subscriber));
      cell.join(subscriber);
    });
  }

  /** How many values are watched. */
  get size(): number {
    return this.#cells.size;
  }

  #create<R extends Reading>(key: string, kind: CellKind<R>, path: string): Cell<R> {
    const cell = new Cell(path, kind, this.#ground, () => this.#cells.delete(key));
    this.#cells.set(key, cell as unknown as Cell<never>);
    return cell;
  }
}
