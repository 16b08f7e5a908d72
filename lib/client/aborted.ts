import { type Observable, map } from 'rxjs';
import { raise } from '../core/failures.js';
import { abortOf } from '../operators/abortOf.js';
import { type Unanswered, endedEarly } from './callErrors.js';

/** **Errors** with `ABORTED` when the signal aborts, or at once if it has. Without a signal it is empty. */
export function aborted(signal: AbortSignal | undefined, context: Unanswered['context']): Observable<never> {
  return abortOf(signal).pipe(
    map((reason) => raise(endedEarly('ABORTED', 'aborted', reason)({ effect: 'none', context })))
  );
}
