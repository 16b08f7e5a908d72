import { type Observable, concatMap, defer, of } from 'rxjs';
import { UsageError } from '../../core/errors.js';
import { changeLock } from './changeLock.js';
import { type LockClient, lockState } from './lockState.js';

/**
 * Takes a lock from the holder with this token: for an operator who knows that the holder is dead. A holder that lives
 * goes on until it notices; only its `sequence` is refused at once.
 *
 * The key stays, and with it the count of tokens. Deleting it would break the lock too, and reset the count.
 *
 * - **Emits** whether it was taken: `false` where it is free, or held with another token. **Completes** then.
 * - **Errors** with `BAD_VALUE` where the key is no lock. **When a reply is lost**, it asks again.
 */
export function breakLock<K, V>(arakoon: LockClient<K, V>, key: K, token: bigint): Observable<boolean> {
  return defer(() => {
    if (typeof token !== 'bigint')
      throw new UsageError('token', `must be a bigint, not ${typeof token}`, {
        operation: 'breakLock',
        path: String(key),
      });
    return lockState(arakoon, key);
  }).pipe(
    concatMap((state) =>
      state.holder === undefined || state.token !== token
        ? of(false)
        : changeLock(arakoon, key, state, { token, holder: undefined })
    )
  );
}
