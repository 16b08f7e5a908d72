import { type Observable, map } from 'rxjs';
import type { Effect } from '../core/errors.js';
import { raise } from '../core/failures.js';
import { abortOf } from '../operators/abortOf.js';
import { type Unanswered, endedEarly } from '../core/callErrors.js';

/**
 * **Errors** with `ABORTED` when the signal aborts, or at once if it has. Without a signal it is empty.
 *
 * @param effect tells at that moment what may have happened. Default: nothing
 */
export function aborted(
  signal: AbortSignal | undefined,
  context: Unanswered['context'],
  effect: () => Effect = () => 'none'
): Observable<never> {
  return abortOf(signal).pipe(
    map((reason) => raise(endedEarly('ABORTED', 'aborted', reason)({ effect: effect(), context })))
  );
}
