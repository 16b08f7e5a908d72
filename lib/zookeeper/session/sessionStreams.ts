import { type Observable, Subject, merge } from 'rxjs';
import { Diagnostics } from '../../client/diagnostics.js';
import type { Meter } from '../../client/meter.js';
import { StateFeed } from '../../client/stateFeed.js';
import type { CoordinationError } from '../../core/errors.js';
import type { NodeEvent } from '../protocol/event.js';
import type { Diagnostic, Lost, SessionState } from '../sessionState.js';
import type { Version } from '../types.js';

/** The hot streams of a session. They never error, and complete when it is closed. */
export class SessionStreams {
  readonly state$: Observable<SessionState>;
  readonly expired$: Observable<Lost>;
  readonly events$: Observable<NodeEvent>;
  readonly diagnostics$: Observable<Diagnostic>;
  /** The state, and once more when its version has become known. */
  readonly versioned$: Observable<SessionState>;
  readonly #states: StateFeed<SessionState>;
  readonly #versions$ = new Subject<SessionState>();
  readonly #losses$ = new Subject<Lost>();
  readonly #events$ = new Subject<NodeEvent>();
  readonly #diagnostics: Diagnostics<Diagnostic>;

  constructor(first: SessionState, meter: Meter) {
    this.#states = new StateFeed(first, meter);
    this.#diagnostics = new Diagnostics(meter);
    this.state$ = this.#states.state$;
    this.versioned$ = merge(this.state$, this.#versions$);
    this.expired$ = this.#losses$.asObservable();
    this.events$ = this.#events$.asObservable();
    this.diagnostics$ = this.#diagnostics.all$;
  }

  get state(): SessionState {
    return this.#states.state;
  }

  become(state: SessionState): void {
    if (this.#states.ended) return; // a client that says goodbye is closed already
    this.#states.become(state);
    if (state.kind === 'lost') this.#losses$.next(state);
  }

  /** The version becomes known of the server that is connected. That is no other state. */
  tellVersion(version: Version): void {
    const { state } = this;
    if (state.kind !== 'connected') return;
    (state as { version: Version | undefined }).version = version;
    this.#versions$.next(state);
  }

  happened(event: NodeEvent): void {
    this.#events$.next(event);
  }

  diagnose(diagnostic: Diagnostic): void {
    this.#diagnostics.tell(diagnostic);
  }

  /** The session is over. {@link state} says so at once; then `before` runs, and then the streams emit and complete. */
  end(epoch: number, cause: CoordinationError | undefined, before: () => void): void {
    if (this.#states.ended) return;
    this.#states.end({ kind: 'closed', epoch, ...(cause && { cause }) }, before);
    for (const stream$ of [this.#versions$, this.#losses$, this.#events$]) stream$.complete();
    this.#diagnostics.end();
  }
}
