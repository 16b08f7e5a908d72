import { type Observable, map } from 'rxjs';
import { sound } from '../../client/sound.js';
import { text } from '../../core/check.js';
import { contentOf } from '../content/contentOf.js';
import { factsOf } from '../heads/factsOf.js';
import type { HiveParts } from '../hiveParts.js';
import { HEADS } from '../hiveStore.js';
import type { HiveReads } from '../api/hiveReads.js';

/** The methods that read entries. */
export function reads<T, V>(parts: HiveParts<T, V>): HiveReads<T, V> {
  const { ground, entries } = parts;
  return {
    get: (alias, options = {}) => parts.call('get', alias, () => entries.get(alias, 'get', parts.latest(options))),
    getRaw: (alias, options = {}) =>
      parts.call('getRaw', alias, () =>
        contentOf(ground, alias, 'getRaw', parts.latest(options), ({ content }) => content)
      ),
    stat: (alias, options = {}) =>
      parts.call('stat', alias, () =>
        ground.heads.find(alias, 'stat', parts.latest(options)).pipe(map((found) => found && factsOf(found)))
      ),
    list: (prefix = '', options = {}) =>
      sound('list', () => aliases(parts, text('prefix', prefix), parts.latest(options))),
  };
}

/** The aliases with a prefix. */
export function aliases<T, V>(
  { ground }: HiveParts<T, V>,
  prefix: string,
  latest: boolean
): Observable<readonly string[]> {
  return ground.places.index
    .list(`${HEADS}${prefix}`, { latest })
    .pipe(map((keys) => keys.map((key) => key.slice(HEADS.length))));
}
