import {
  BehaviorSubject,
  type Observable,
  type SchedulerLike,
  defer,
  finalize,
  first,
  ignoreElements,
  takeUntil,
  timer,
} from 'rxjs';

/** Milliseconds that a hive which closes waits for its clean-ups: without a connection they have no end. */
const PATIENCE = 5000;

/** Clean-ups that go on after their subscriber has left. */
export class CleanUps {
  readonly #running$ = new BehaviorSubject(0);

  /** The same stream, counted while it runs. */
  counted<T>(cleanUp$: Observable<T>): Observable<T> {
    return defer(() => {
      this.#add(1);
      return cleanUp$.pipe(finalize(() => this.#add(-1)));
    });
  }

  /** **Completes** when none runs, or after five seconds. */
  done(scheduler: SchedulerLike): Observable<never> {
    return this.#running$.pipe(
      first((running) => running === 0),
      takeUntil(timer(PATIENCE, scheduler)),
      ignoreElements()
    );
  }

  #add(change: 1 | -1): void {
    this.#running$.next(this.#running$.value + change);
  }
}
