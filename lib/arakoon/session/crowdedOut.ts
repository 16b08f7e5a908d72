import { type Observable, ignoreElements, tap, timer } from 'rxjs';
import { queueFull } from '../../core/callErrors.js';
import type { Trouble } from '../../core/trouble.js';
import type { Settings } from '../options.js';
import type { Call } from './call.js';

/**
 * Rejects a call that may not wait for a connection, because so many others do. It does that in a turn of its own: a
 * loop of requests lets other things happen. **Completes** then.
 */
export function crowdedOut(call: Call, { maxQueued, scheduler }: Settings, trouble: Trouble): Observable<never> {
  return timer(1, scheduler).pipe(
    tap(() => call.reject(queueFull(maxQueued, trouble)(call))),
    ignoreElements()
  );
}
