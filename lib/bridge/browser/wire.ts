import type { Observable } from 'rxjs';
import type { Effect } from '../../core/errors.js';
import { BridgeError } from '../shared/bridgeError.js';

/** The requests of a page, without the values in them. */
export interface Wire {
  /** Opens a line. Emits its text in pieces, and completes or errors when it is lost. Unsubscribing closes it. */
  open(): Observable<string>;
  /** Sends a request. Emits the text of the answer. Errors with a `RemoteError` of the server, or with `LINE_LOST`. */
  send(body: string): Observable<string>;
}

/** The error of a request without an answer, and of a line that ends. */
export function lost(effect: Effect = 'none', cause?: unknown): BridgeError {
  return new BridgeError('LINE_LOST', 'the line to the server is lost', { effect, cause });
}
