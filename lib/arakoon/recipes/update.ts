import { type Observable, concatMap, defer, of } from 'rxjs';
import { optimistic } from '../../client/optimistic.js';
import { callable, knownKeys } from '../../core/check.js';
import type { Arakoon } from '../client/arakoon.js';
import { rawOf } from '../../core/rawOf.js';
import type { CallOptions } from '../session/callOptions.js';
import { getIfAny } from './getIfAny.js';
import { equalBytes } from '../../bytes/equalBytes.js';
import { decoded, raw } from './raw.js';

/**
 * Changes a key by its value: writes the result of `change`, if the key still has that value, and else starts again
 * with the new one. Where there is no such key, `change` is given `undefined`; where it returns `undefined`, the key is
 * deleted.
 *
 * - **Emits** the new value once, and completes. A `change` that returns its argument writes nothing.
 * - **Errors** as a read and a write do, with an error that `change` throws, and with `BAD_VALUE`.
 * - **Unsubscribing** ends the attempt; a write that has left may take place.
 *
 * Of several updates of one key by one client, those that were overtaken go one after the other.
 *
 * **When the link or the master is lost**, it waits for another, for as long as a call may take. **When the reply to
 * the write is lost**, it errors with effect `'unknown'`: it was written once, or not at all, and is not written again.
 *
 * @example
 * ```ts
 * import { json } from 'quorum-rx';
 * import { update } from 'quorum-rx/arakoon';
 *
 * const numbers = arakoon.with({ value: json<number>() });
 * update(numbers, '/visits', (count = 0) => count + 1).subscribe((count) => console.log(count));
 * ```
 *
 * @param change is called again for every attempt, so it should do nothing else
 */
export function update<K, V>(
  arakoon: Pick<Arakoon<K, V>, 'with' | 'codecs' | 'state$' | 'scheduler'>,
  key: K,
  change: (value: V | undefined) => V | undefined,
  options: Omit<CallOptions, 'idempotent'> = {}
): Observable<V | undefined> {
  const { value: codec } = arakoon.codecs;
  return defer(() => {
    knownKeys('options', options, ['timeout', 'signal', 'node']);
    callable('change', change);
    const view = arakoon.with({ value: raw });
    const read$ = getIfAny(view, key, options);
    const line = () => Buffer.from(rawOf(arakoon.codecs.key, 'key', key)).toString('latin1');
    return optimistic(arakoon, line, options, read$, (old, next): Observable<V | undefined> => {
      const before = old === null ? undefined : decoded(codec, old, 'update', key);
      const after = change(before);
      if (Object.is(after, before)) return of(after);
      const wanted = after === undefined ? null : rawOf(codec, 'change', after);
      // once: a second one would find its own value, and start again with it
      return view
        .testAndSet(key, old, wanted, { ...options, idempotent: false })
        .pipe(concatMap((found) => (equalBytes(found, old) ? of(after) : next(of(found)))));
    });
  });
}
