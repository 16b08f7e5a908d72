import { type Observable, ReplaySubject, distinctUntilChanged, map } from 'rxjs';
import type { CoordinationError } from '../../core/errors.js';
import type { ClusterState } from '../types.js';

/** What a session tells the world: hot streams that never error, and complete when it is closed. */
export class News {
  readonly state$: Observable<ClusterState>;
  readonly master$: Observable<string | null>;
  readonly #states = new ReplaySubject<ClusterState>(1);
  #state!: ClusterState;

  constructor() {
    this.#become({ kind: 'searching' });
    this.state$ = this.#states.asObservable();
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

  end(): void {
    this.#become({ kind: 'closed' });
    this.#states.complete();
  }

  #become(state: ClusterState): void {
    this.#state = state;
    this.#states.next(state);
  }
}
