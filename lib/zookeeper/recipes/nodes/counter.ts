import { type Observable, defer, map } from 'rxjs';
import { type Codec, ValueError } from '../../../core/codecs.js';
import { integer } from '../../../core/check.js';
import { type Watched, freshness } from '../../../core/watched.js';
import type { ZooKeeper } from '../../client/zooKeeper.js';
import { orClosed } from '../../watch/closed.js';
import { type UpdateClient, update } from './update.js';

/**
 * A count as it is shown: `'present'` with its `value`, `'denied'` where it may not be read, `'unreadable'` with the
 * `error` where the node holds no integer.
 */
export type WatchedCount = Exclude<Watched<number>, { readonly kind: 'absent' }>;

/** A number that many change. */
export interface Counter {
  /** The count now and after every change, as `ZooKeeper.watch` shows a node. Without a node it is 0. */
  readonly value$: Observable<WatchedCount>;
  /**
   * Adds, exactly once. **Emits** the sum. **When the reply is lost**, errors with effect `'unknown'`: once or not at
   * all.
   */
  add(amount: number): Observable<number>;
}

/** Digits, as kazoo's `Counter` keeps them. */
const digits: Codec<number> = {
  encode(value) {
    if (!Number.isSafeInteger(value))
      throw new ValueError(`counter: ${value} is no integer that a number holds exactly`);
    return new TextEncoder().encode(String(value));
  },
  decode(bytes) {
    const text = new TextDecoder().decode(bytes ?? undefined);
    const value = text === '' ? 0 : Number(text);
    if (!/^-?\d*$/.test(text) || !Number.isSafeInteger(value))
      throw new ValueError('counter: the data is no integer that a number holds exactly');
    return value;
  },
};

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
    value$: zk.watch(path, { codec: digits }).pipe(
      map(({ kind, value, error, cause }): WatchedCount => {
        if (kind === 'denied') return { kind, ...freshness(cause) };
        if (kind === 'unreadable') return { kind, error, ...freshness(cause) };
        return { kind: 'present', value: value ?? 0, ...freshness(cause) };
      }),
      orClosed({ operation: 'counter', path })
    ),
    add: (amount) =>
      defer(() => {
        integer('amount', amount, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
        return update(zk, path, (value) => (value ?? 0) + amount, { codec: digits }).pipe(map(({ value }) => value));
      }),
  };
}
