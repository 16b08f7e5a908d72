import type { Observable } from 'rxjs';
import type { Effect } from '../../core/errors.js';
import { BridgeError } from '../shared/bridgeError.js';

/** The requests of a page. */
export interface Wire {
  /** Opens a line. Emits its text in pieces, and completes or errors when it is lost. Unsubscribing closes it. */
  open(): Observable<string>;
  /** Sends a message. Emits the answer. Errors with a `RemoteError` of the server, or with `LINE_LOST`. */
  send(message: object): Observable<unknown>;
}

/** The error of a request without an answer, and of a line that ends. */
export function lost(cause?: unknown, effect?: Effect): BridgeError {
  return new BridgeError('LINE_LOST', 'the line is lost', { cause, effect });
}
