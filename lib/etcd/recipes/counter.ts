import { type Observable, defer, map } from 'rxjs';
import { integer } from '../../core/check.js';
import { type Counter, countOf, digits } from '../../core/digits.js';
import type { Etcd } from '../v3/client/etcd.js';
import { update } from './update.js';

/**
 * A shared counter, kept as digits: every `add` counts exactly once, however many add.
 *
 * @example
 * ```ts
 * import { counter } from 'quorum-rx/etcd';
 *
 * const visits = counter(etcd, 'visits');
 * visits.value$.subscribe(({ value }) => console.log(value));
 * visits.add(1).subscribe();
 * ```
 */
export function counter<V>(etcd: Pick<Etcd<string, V>, 'with'>, key: string): Counter {
  const view = etcd.with({ value: digits });
  return {
    value$: defer(() => view.watch(key)).pipe(map(countOf)),
    add: (amount): Observable<number> =>
      defer(() => {
        integer('amount', amount, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
        return update(view, key, (value) => (value ?? 0) + amount);
      }).pipe(map(({ value }) => value)),
  };
}
