import { type Observable, map } from 'rxjs';
import type { Custody } from '../session/custody.js';
import { retryIdempotent } from './transientErrors.js';
import { type LockState, type LockClient, lockText, lockView } from './lockState.js';

/**
 * Changes the key of a lock from the expected to the wanted value. **Emits** whether it has the wanted value then. No
 * two changes are alike, so a client that finds its value has written it. This may be sent as often as replies are
 * lost.
 */
export function changeLock<K, V>(
  arakoon: LockClient<K, V>,
  key: K,
  expected: LockState,
  wanted: LockState,
  custody?: Custody
): Observable<boolean> {
  const [before, after] = [lockText(expected), lockText(wanted)];
  const change$ = lockView(arakoon).testAndSet(key, before, after, { idempotent: true });
  return (custody?.follow(change$) ?? change$).pipe(
    retryIdempotent(arakoon),
    map((found) => found === before || found === after)
  );
}
