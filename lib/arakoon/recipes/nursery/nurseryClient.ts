import {
  type Observable,
  type ObservableInput,
  catchError,
  concatMap,
  defer,
  forkJoin,
  map,
  of,
  throwError,
} from 'rxjs';
import { array, knownKeys } from '../../../core/check.js';
import { situated } from '../../../core/errors.js';
import type { Arakoon } from '../../client/arakoon.js';
import type { Range } from '../../client/requestOptions.js';
import { maxOf } from '../../client/arguments.js';
import { rawOf } from '../../../core/rawOf.js';
import { clusterOf } from '../../protocol/routing.js';
import { getIfAny } from '../getIfAny.js';
import { prefixEnd } from '../../../core/prefixEnd.js';
import { raw } from '../raw.js';
import type { ClusterClients } from './clusterClients.js';
import { type Bounds, type Entries, entriesOver } from './entriesOver.js';
import { type Following, following } from './following.js';

/**
 * The clusters of a nursery as one. It has the operations for which servers look whether the key is still theirs, or
 * which can be made of those; so it is right while keys move. For all others see {@link at}.
 */
export interface NurseryClient<K = string, V = Uint8Array> {
  get(key: K): Observable<V>;
  exists(key: K): Observable<boolean>;
  set(key: K, value: V): Observable<void>;
  /**
   * Values in the order of the keys. Each key is asked for by itself: they are not of one moment. **Errors** with
   * `NOT_FOUND`.
   */
  multiGet(keys: readonly K[]): Observable<readonly V[]>;
  /** The same, with `null` for a missing key. */
  multiGetOption(keys: readonly K[]): Observable<readonly (V | null)[]>;
  /**
   * The keys of a range, ascending, whatever clusters they are on: those of each are of one moment, and no two
   * clusters' of the same.
   */
  range(range?: Range<K>): Observable<readonly K[]>;
  /** The same with their values. */
  rangeEntries(range?: Range<K>): Observable<readonly (readonly [key: K, value: V])[]>;
  /** The keys that begin with `prefix`, ascending. */
  prefix(prefix: K, options?: { readonly max?: number }): Observable<readonly K[]>;
  /**
   * Asks the cluster that has `key` for anything, and another one when it answers `OUTSIDE_INTERVAL`: `request` is
   * called again then.
   *
   * Servers **do not check** whether the key is theirs for `exists`, `delete`, `testAndSet`, `replace`, `sequence`,
   * `deletePrefix`, `assert`, the multiple gets, and a `confirm` that finds its value. While keys move, the old cluster
   * may do these, and their result may be lost: do not use them then.
   */
  at<T>(key: K, request: (arakoon: Arakoon<K, V>) => ObservableInput<T>): Observable<T>;
}

/** The parts of a nursery. */
export interface Ground extends Following {
  readonly clients: ClusterClients;
}

/** Operations, each at the cluster that the keeper names. */
export function nurseryClient<K, V>(ground: Ground, codecs: Arakoon<K, V>['codecs']): NurseryClient<K, V> {
  const at = <T>(key: K, request: (arakoon: Arakoon<K, V>) => ObservableInput<T>): Observable<T> =>
    following(ground, (config) => {
      const id = clusterOf(config.routing, rawOf(codecs.key, 'key', key));
      return ground.clients.of(id, config).pipe(concatMap((arakoon) => request(arakoon.with(codecs))));
    });
  /** Names the method and the key in errors that do not yet. */
  const named = <T>(operation: string, key: K | undefined, request$: Observable<T>): Observable<T> =>
    request$.pipe(
      catchError((error: unknown) =>
        throwError(() => situated(error, { operation, path: key === undefined ? undefined : String(key) }))
      )
    );
  const all = <T>(keys: readonly K[], one: (key: K) => Observable<T>): Observable<readonly T[]> =>
    defer(() => (array('keys', keys).length === 0 ? of([]) : forkJoin(keys.map(one))));
  const entries = (bounds: () => Bounds): Observable<Entries<V>> =>
    following(ground, (config) =>
      entriesOver(
        config,
        (id) => ground.clients.of(id, config).pipe(map((arakoon) => arakoon.with({ key: raw, value: codecs.value }))),
        bounds()
      )
    );
  const boundsOf = (range: Range<K>): Bounds => {
    const { begin, end, ...others } = knownKeys('range', range, [
      'begin',
      'beginInclusive',
      'end',
      'endInclusive',
      'max',
    ]);
    maxOf('range.max', others.max);
    const bound = (name: string, key: K | null | undefined) =>
      key === undefined || key === null ? null : rawOf(codecs.key, `range.${name}`, key);
    return { ...others, begin: bound('begin', begin), end: bound('end', end) };
  };
  const keysOf = map((found: Entries<V>) => found.map(([key]) => codecs.key.decode(key)));
  return {
    at,
    get: (key) =>
      named(
        'get',
        key,
        at(key, (arakoon) => arakoon.get(key))
      ),
    // a range of one key, because for `exists` servers do not look whether it is theirs
    exists: (key) =>
      named(
        'exists',
        key,
        at(key, (arakoon) => arakoon.range({ begin: key, end: key, endInclusive: true, max: 1 }))
      ).pipe(map(({ length }) => length === 1)),
    set: (key, value) =>
      named(
        'set',
        key,
        at(key, (arakoon) => arakoon.set(key, value))
      ),
    multiGet: (keys) =>
      named(
        'multiGet',
        undefined,
        all(keys, (key) =>
          named(
            'multiGet',
            key,
            at(key, (arakoon) => arakoon.get(key))
          )
        )
      ),
    multiGetOption: (keys) =>
      named(
        'multiGetOption',
        undefined,
        all(keys, (key) =>
          named(
            'multiGetOption',
            key,
            at(key, (arakoon) => getIfAny(arakoon, key))
          )
        )
      ),
    range: (range = {}) => named('range', undefined, entries(() => boundsOf(range)).pipe(keysOf)),
    rangeEntries: (range = {}) =>
      named(
        'rangeEntries',
        undefined,
        entries(() => boundsOf(range))
      ).pipe(map((found) => found.map(([key, value]) => [codecs.key.decode(key), value] as const))),
    prefix(prefix, options = {}) {
      const bounds = () => {
        const { max } = knownKeys('options', options, ['max']);
        const begin = rawOf(codecs.key, 'prefix', prefix);
        maxOf('options.max', max);
        return { begin, end: prefixEnd(begin), max };
      };
      return named('prefix', prefix, entries(bounds).pipe(keysOf));
    },
  };
}
