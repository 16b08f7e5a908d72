import { randomUUID } from 'node:crypto';
import {
  EMPTY,
  type Observable,
  catchError,
  concatMap,
  defer,
  exhaustMap,
  filter,
  map,
  of,
  throwError,
  timer,
} from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import { bracket } from '../../operators/bracket.js';
import { retryIf } from '../../operators/retryIf.js';
import type { HiveGround } from '../hiveGround.js';
import { isContention } from '../heads/refusals.js';
import { SWEEPER } from '../hiveStore.js';
import { sweep } from './sweep.js';
import type { SweepReport } from './sweepReport.js';

/** How many turns a sweeper may miss before another takes its place. */
const PATIENCE = 3;

/**
 * Sweeps again and again, in one process at a time. The others wait until that one has missed three turns. Two that
 * sweep at once would do no harm, because every step of a sweep depends on a version.
 *
 * @param every milliseconds from one turn to the next
 */
export function sweeper<V>(ground: HiveGround<V>, every: number): Observable<SweepReport> {
  const { scheduler } = ground.settings;
  return defer(() => {
    const post = new SweeperPost(ground, every * PATIENCE);
    const again = <T>() => retryIf<T>({ idempotent: true, codes: ['EXPIRED'], scheduler });
    return bracket(of(post), () => ground.cleanUps.counted(post.resign())).pipe(
      concatMap(() => timer(0, every, scheduler)),
      exhaustMap(() => post.claim().pipe(again())), // also while a long sweep is under way
      filter((isOwn) => isOwn),
      exhaustMap(() => sweep(ground, false).pipe(again())),
      catchError((error: unknown) => (isCoordinationError(error, 'CLOSED') ? EMPTY : throwError(() => error)))
    );
  });
}

/** The cell that says which process sweeps. Its version changes with every turn. */
class SweeperPost<V> {
  readonly #index: HiveGround<V>['places']['index'];
  readonly #now: () => number;
  readonly #patience: number;
  readonly #me = Buffer.from(randomUUID());
  /** The version of another's cell, and when it was seen first. */
  #other: { readonly version: V; readonly since: number } | undefined;

  constructor({ places, settings }: HiveGround<V>, patience: number) {
    this.#index = places.index;
    this.#now = () => settings.scheduler.now();
    this.#patience = patience;
  }

  /** Takes the post, or keeps it. **Emits** whether this process has it. */
  claim(): Observable<boolean> {
    return this.#index.get(SWEEPER, { latest: true }).pipe(
      concatMap((cell) => {
        if (cell.kind === 'absent') return this.#index.create(SWEEPER, this.#me);
        if (cell.kind !== 'present') return of(undefined);
        const { value, version } = cell;
        return this.#me.equals(value) || this.#isLate(version)
          ? this.#index.set(SWEEPER, this.#me, { version })
          : of(undefined);
      }),
      map((version) => version !== undefined),
      catchError((error: unknown) => (isContention(error) ? of(false) : throwError(() => error)))
    );
  }

  /** Gives the post back, so that another takes it with its next turn. */
  resign(): Observable<unknown> {
    return this.#index
      .get(SWEEPER, { latest: true })
      .pipe(
        concatMap((cell) =>
          cell.kind === 'present' && this.#me.equals(cell.value)
            ? this.#index.delete(SWEEPER, { version: cell.version })
            : of(undefined)
        )
      );
  }

  /** Whether the one that has the post gives no sign of life. Only this process's own clock counts. */
  #isLate(version: V): boolean {
    const now = this.#now();
    if (this.#other?.version !== version) this.#other = { version, since: now };
    return now - this.#other.since >= this.#patience;
  }
}
