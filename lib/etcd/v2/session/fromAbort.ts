import { Observable } from 'rxjs';
import { onAbort } from '../../../core/onAbort.js';

/** **Errors** when a signal aborts, or at once if it has. */
export function fromAbort(signal: AbortSignal, error: (reason: unknown) => unknown): Observable<never> {
  return new Observable<never>((subscriber) => onAbort(signal, () => subscriber.error(error(signal.reason))));
}
