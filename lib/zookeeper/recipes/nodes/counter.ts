import { defer, map } from 'rxjs';
import { integer } from '../../../core/check.js';
import { type Counter, countOf, digits } from '../../../core/digits.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { orClosed } from '../../watch/closed.js';
import { type UpdateClient, update } from './update.js';

/**
 * A shared counter, kept as kazoo keeps its own: every `add` counts exactly once, however many add.
 *
 * @example
 * ```ts
 * import { counter } from 'quorum-rx';
 *
 * const visits = counter(zk, '/visits');
 * visits.value$.subscribe(({ value }) => console.log(value));
 * visits.add(1).subscribe();
 * ```
 */
export function counter(zk: UpdateClient & Pick<ZooKeeper, 'watch'>, path: string): Counter {
  return {
    value$: zk.watch(path, { codec: digits }).pipe(map(countOf), orClosed({ operation: 'counter', path })),
    add: (amount) =>
      defer(() => {
        integer('amount', amount, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
        return update(zk, path, (value) => (value ?? 0) + amount, { codec: digits }).pipe(map(({ value }) => value));
      }),
  };
}
