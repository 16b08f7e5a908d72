import type { Observable } from 'rxjs';
import type { Endpoint } from './endpoint.js';

/**
 * A connected byte stream to a server. It is open for as long as the Observable that emitted it is
 * subscribed to.
 */
export interface Link {
  /**
   * The bytes that arrive. **Emits** chunks; a chunk's memory is only valid during the emission, so keep a copy, never
   * a view. **Completes** when the peer ends. **Errors** when the link breaks. One subscriber, once: nothing is read
   * before it subscribes.
   */
  readonly chunk$: Observable<Uint8Array>;
  /** Emits when everything that {@link write} kept back has left. */
  readonly drain$: Observable<void>;
  /**
   * Sends bytes. Returns whether they have all left for the kernel; if not, the link keeps them
   * (the caller must not reuse their memory before) and {@link drain$} tells when they have gone.
   */
  write(bytes: Uint8Array): boolean;
  /**
   * Reads no more, until {@link release}: TCP then holds the peer back. Bytes that were read already may still arrive.
   * A link without it cannot be held back.
   */
  hold?(): void;
  /** Reads on. */
  release?(): void;
  /** Runs `task` at the end of the current turn of the event loop: when a batch is ready to send. */
  soon(task: () => void): void;
}

/**
 * How to reach a server: subscribing dials.
 *
 * - **Emits** one {@link Link} once connected (TLS included), and then stays open.
 * - **Completes** never; the end of the link shows on its `chunk$`.
 * - **Errors** with a `ConnectError` when it cannot connect.
 * - **Unsubscribing** destroys the link, or gives up the attempt.
 */
export type Transport = (endpoint: Endpoint) => Observable<Link>;
