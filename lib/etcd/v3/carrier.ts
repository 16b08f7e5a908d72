import type { Observable } from 'rxjs';
import type { CoordinationError } from '../../core/errors.js';
import type { Draft } from './protocol/message.js';
import type { Method } from './protocol/methods.js';

/** What goes with a call beside its message: `token`, `hasleader`. */
export type Metadata = Readonly<Record<string, string>>;

/** What a call hears. Exactly one `ended` is the last one; after a good end `error` is `undefined`. */
export interface CallListener<R> {
  message(message: R): void;
  /** The server takes more again, after {@link OpenCall.send} has returned `false`. */
  drained?(): void;
  ended(error: CoordinationError | undefined): void;
}

/** A call that is under way. */
export interface OpenCall<Q> {
  /** Sends a message. Returns `false` when the server takes no more for now. */
  send(message: Draft<Q>): boolean;
  /** There are no more messages to send. */
  finish(): void;
  /** Gives the call up. The listener hears nothing more. */
  cancel(): void;
  /** Takes no more messages, until {@link release}. */
  hold(): void;
  release(): void;
}

/**
 * A connection to one member that carries calls, over gRPC or over the gateway. It is open while the Observable that
 * emitted it is subscribed to.
 */
export interface Carrier {
  /** **Errors** when the connection has ended, or takes no new calls. Emits nothing. */
  readonly end$: Observable<never>;
  /** Starts a call. Errors name the operation as the caller of the library knows it. */
  call<Q, R>(method: Method<Q, R>, metadata: Metadata, context: CallContext, listener: CallListener<R>): OpenCall<Q>;
  /**
   * Runs a task at the end of this turn of the event loop, when all reads of the turn are known. A carrier that gains
   * nothing when reads are joined has none.
   */
  soon?(task: () => void): void;
  /** Asks for a sign of life. **Completes** with the answer; emits nothing. */
  ping(): Observable<never>;
}

/** Whose call it is, for its errors. */
export interface CallContext {
  readonly operation: string;
  readonly path?: string | undefined;
}
