import { type Observable, distinctUntilChanged, map } from 'rxjs';
import { Diagnostics } from '../../client/diagnostics.js';
import type { Meter } from '../../client/meter.js';
import { StateFeed } from '../../client/stateFeed.js';
import type { CoordinationError } from '../../core/errors.js';
import type { ClusterState, Diagnostic } from '../types.js';

/** The hot streams of a client. They never error, and complete when it is closed. */
export class ClusterStreams {
  readonly state$: Observable<ClusterState>;
  readonly master$: Observable<string | null>;
  readonly diagnostics$: Observable<Diagnostic>;
  readonly #diagnostics: Diagnostics<Diagnostic>;
  readonly #states: StateFeed<ClusterState>;

  constructor(meter: Meter) {
    this.#diagnostics = new Diagnostics(meter);
    this.#states = new StateFeed<ClusterState>({ kind: 'searching' }, meter);
    this.state$ = this.#states.state$;
    this.diagnostics$ = this.#diagnostics.all$;
    this.master$ = this.state$.pipe(
      map((state) => (state.kind === 'connected' ? state.master : null)),
      distinctUntilChanged()
    );
  }

  get state(): ClusterState {
    return this.#states.state;
  }

  searching(cause: CoordinationError | undefined): void {
    this.#states.become(cause === undefined ? { kind: 'searching' } : { kind: 'searching', cause });
  }

  found(master: string): void {
    this.#states.become({ kind: 'connected', master });
  }

  /** Reports an event below the surface. */
  tell(diagnostic: Diagnostic): void {
    this.#diagnostics.tell(diagnostic);
  }

  end(): void {
    this.#states.end({ kind: 'closed' });
    this.#diagnostics.end();
  }
}
