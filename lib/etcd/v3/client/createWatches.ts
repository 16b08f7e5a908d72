import type { Observable } from 'rxjs';
import { sound } from '../../../client/sound.js';
import { flag, knownKeys, oneOf } from '../../../core/check.js';
import { decodedOrError } from '../../../core/watched.js';
import type { KeyValue as RawKeyValue } from '../protocol/kv.js';
import type { Event } from '../protocol/watch.js';
import type { Session } from '../session/session.js';
import { follow } from '../watch/follow.js';
import { type RangeEvents, rangeEvents } from '../watch/rangeEvents.js';
import type { WatchHub } from '../watch/watchHub.js';
import { watchKey } from '../watch/watchKey.js';
import { type WatchedEntry, bytesAsText, watchRange } from '../watch/watchRange.js';
import type { Etcd } from './etcd.js';
import type { KeyChange, KeyEntry } from './eventTypes.js';
import { type RawRange, type ViewCodec, revisionOf, textOf } from './viewCodec.js';

const EVENTS = ['from', 'previous', 'only'] as const;

/** The methods of a client that follow keys. */
export function createWatches<K, V>(
  session: Session,
  hub: WatchHub,
  code: ViewCodec<K, V>
): Pick<Etcd<K, V>, 'watch' | 'watchPrefix' | 'watchRange' | 'events'> {
  const found = ({ key, value, version, createRevision, modRevision, lease }: RawKeyValue): WatchedEntry<V> => ({
    ...decodedOrError(code.values, value, 'watch', textOf(key)),
    facts: { version, createRevision, modRevision, lease },
  });
  const keyed = (kv: RawKeyValue) => ({ key: code.keyOf(kv.key), entry: found(kv) });
  const entryOf = (kv: RawKeyValue): KeyEntry<K, V> => ({ key: code.keyOf(kv.key), ...found(kv) });
  const changeOf = ({ type, kv, prevKv }: Event): KeyChange<K, V> => {
    const key = code.keyOf(kv!.key);
    const before = prevKv && { previous: entryOf(prevKv) };
    return type === 'put' ? { kind: 'put', key, entry: entryOf(kv!), ...before } : { kind: 'deleted', key, ...before };
  };
  const bytesOf = (key: K) => {
    try {
      return bytesAsText(code.key(key));
    } catch {
      return undefined;
    }
  };
  const followed = (operation: string, range: RawRange, path?: string) =>
    follow(session, hub, { ...range, operation, path });
  const ofRange = (operation: string, range: () => RawRange) =>
    sound(operation, () => watchRange(followed(operation, range()), { entryOf: keyed, textOf: bytesOf }));

  return {
    watch: (key) =>
      sound(
        'watch',
        () => watchKey(followed('watch', code.place(key), code.shown(key)), code.values, code.shown(key) ?? ''),
        () => code.shown(key)
      ),
    watchPrefix: (prefix) => ofRange('watchPrefix', () => code.range({ prefix }, 'prefix')),
    watchRange: (range) => ofRange('watchRange', () => code.range(range)),
    events: (where, options = {}): Observable<RangeEvents<KeyChange<K, V>, KeyEntry<K, V>>> =>
      sound('events', () => {
        const { from, previous = false, only } = knownKeys('options', options, EVENTS);
        if (only !== undefined) oneOf('options.only', only, ['put', 'deleted']);
        const start = from === undefined ? 0 : revisionOf('options.from', from);
        const filters = only === undefined ? [] : [only === 'put' ? ('no-delete' as const) : ('no-put' as const)];
        const request = { ...code.place(where, 'range'), prevKv: flag('options.previous', previous), filters };
        return rangeEvents(session, hub, request, start, { changeOf, entryOf });
      }),
  };
}
