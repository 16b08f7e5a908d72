import { type Observable, ReplaySubject, Subject, distinctUntilChanged, map } from 'rxjs';
import type { CoordinationError } from '../../core/errors.js';
import type { ClusterState, Diagnostic } from '../types.js';

/** What a session tells the world: hot streams that never error, and complete when it is closed. */
export class ClusterStreams {
  readonly state$: Observable<ClusterState>;
  readonly master$: Observable<string | null>;
  readonly diagnostics$: Observable<Diagnostic>;
  readonly #diagnostics = new Subject<Diagnostic>();
  readonly #states = new ReplaySubject<ClusterState>(1);
  #state!: ClusterState;

  constructor() {
    this.#become({ kind: 'searching' });
    this.state$ = this.#states.asObservable();
    this.diagnostics$ = this.#diagnostics.asObservable();
    this.master$ = this.#states.pipe(
      map((state) => (state.kind === 'connected' ? state.master : null)),
      distinctUntilChanged()
    );
  }

  get state(): ClusterState {
    return this.#state;
  }

  searching(cause: CoordinationError | undefined): void {
    this.#become(cause === undefined ? { kind: 'searching' } : { kind: 'searching', cause });
  }

  found(master: string): void {
    this.#become({ kind: 'connected', master });
  }

  /** Tells what happens below the surface, if anybody listens. */
  tell(diagnostic: () => Diagnostic): void {
    if (this.#diagnostics.observed) this.#diagnostics.next(diagnostic());
  }

  end(): void {
    this.#become({ kind: 'closed' });
    this.#states.complete();
    this.#diagnostics.complete();
  }

  #become(state: ClusterState): void {
    this.#state = state;
    this.#states.next(state);
  }
}
