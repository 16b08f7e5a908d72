import { EMPTY, Observable } from 'rxjs';
import { onAbort } from '../core/onAbort.js';

/** **Emits** the reason when the signal aborts, or at once if it has. Never errors. Without a signal it is empty. */
export function abortOf(signal: AbortSignal | undefined): Observable<unknown> {
  if (signal === undefined) return EMPTY;
  return new Observable((subscriber) => onAbort(signal, () => subscriber.next(signal.reason)));
}
