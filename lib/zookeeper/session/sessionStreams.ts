import { type Observable, ReplaySubject, Subject } from 'rxjs';
import type { CoordinationError } from '../../core/errors.js';
import type { NodeEvent } from '../protocol/event.js';
import type { Diagnostic, Lost, SessionState } from '../sessionState.js';

/** What a session tells the world: hot streams that never error, and complete when it is closed. */
export class SessionStreams {
  readonly state$: Observable<SessionState>;
  readonly expired$: Observable<Lost>;
  readonly events$: Observable<NodeEvent>;
  readonly diagnostics$: Observable<Diagnostic>;
  readonly #states = new ReplaySubject<SessionState>(1);
  readonly #losses = new Subject<Lost>();
  readonly #events = new Subject<NodeEvent>();
  readonly #diagnostics = new Subject<Diagnostic>();
  #state: SessionState;

  constructor(first: SessionState) {
    this.#state = first;
    this.#states.next(first);
    this.state$ = this.#states.asObservable();
    this.expired$ = this.#losses.asObservable();
    this.events$ = this.#events.asObservable();
    this.diagnostics$ = this.#diagnostics.asObservable();
  }

  get state(): SessionState {
    return this.#state;
  }

  become(state: SessionState): void {
    if (this.#state.kind === 'closed') return; // a client that says goodbye is closed already
    this.#say(state);
  }

  #say(state: SessionState): void {
    this.#state = state;
    this.#states.next(state);
    if (state.kind === 'lost') this.#losses.next(state);
  }

  happened(event: NodeEvent): void {
    this.#events.next(event);
  }

  diagnose(diagnostic: Diagnostic): void {
    this.#diagnostics.next(diagnostic);
  }

  /**
   * All is over. Whoever looks at {@link state} while `told` is being told of it sees so; the streams say it
   * afterwards.
   */
  end(epoch: number, cause: CoordinationError | undefined, told: () => void): void {
    if (this.#state.kind === 'closed') return;
    const closed: SessionState = { kind: 'closed', epoch, ...(cause && { cause }) };
    this.#state = closed;
    told();
    this.#say(closed);
    for (const stream of [this.#states, this.#losses, this.#events, this.#diagnostics]) stream.complete();
  }
}
