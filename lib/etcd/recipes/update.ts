import { type Observable, concatMap, defer, of } from 'rxjs';
import type { CallOptions } from '../../client/callOptions.js';
import { optimistic } from '../../client/optimistic.js';
import { callable } from '../../core/check.js';
import type { Etcd } from '../v3/client/etcd.js';

/** The part of a client that {@link update} needs. */
export type UpdateClient<V = Uint8Array> = Pick<Etcd<string, V>, 'get' | 'transaction' | 'state$' | 'scheduler'>;

/** The result of {@link update}. */
export interface Updated<V> {
  readonly value: V;
  /** The revision that wrote it. */
  readonly revision: number;
}

/**
 * Changes a key by its value: reads it, and writes the result of `change`, if no other client has written meanwhile;
 * else again from the start. Where there is no key, `change` is given `undefined`, and the key is created.
 *
 * - **Emits** the new value once, and completes. A `change` that returns its argument writes nothing. A key keeps its
 *   lease.
 * - **Errors** as a read and a write do. **When the reply is lost**, with effect `'unknown'`: it was written once, or
 *   not at all, and it is not written again.
 * - **Unsubscribing** ends the attempt.
 *
 * Of several updates of one key by one client, those that were overtaken go one after the other. For several keys, see
 * `stm`.
 *
 * @example
 * ```ts
 * import { json } from 'quorum-rx';
 * import { update } from 'quorum-rx/etcd';
 *
 * update(etcd.with({ value: json<number>() }), 'visits', (count = 0) => count + 1).subscribe();
 * ```
 *
 * @param change is called again for every attempt, so it should do nothing else
 */
export function update<V>(
  etcd: UpdateClient<V>,
  key: string,
  change: (value: V | undefined) => V,
  options: CallOptions = {}
): Observable<Updated<V>> {
  return defer(() => {
    callable('change', change);
    const read$ = etcd.get(key, options);
    return optimistic(
      etcd,
      () => key,
      options,
      read$,
      (found, next): Observable<Updated<V>> => {
        const value = change(found?.value);
        if (found !== undefined && value === found.value) return of({ value, revision: found.modRevision });
        return etcd
          .transaction()
          .when(key, { modRevision: found?.modRevision ?? 0 })
          .do((t) => t.put(key, value, { keepLease: found !== undefined }))
          .otherwise((t) => t.get(key))
          .commit(options)
          .pipe(
            concatMap(({ succeeded, revision, results }) =>
              succeeded ? of({ value, revision }) : next(of(results[0]))
            )
          );
      }
    );
  });
}
