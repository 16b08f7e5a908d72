import { type Observable, filter, map, scan } from 'rxjs';
import type { CoordinationError } from '../../../core/errors.js';
import { SortedMap } from '../../../core/sortedMap.js';
import { type Found, type Freshness, freshness } from '../../../core/watched.js';
import type { KeyValue as RawKeyValue } from '../protocol/kv.js';
import type { FollowStep } from './follow.js';
import { type Keyed, KeyedMap } from './keyedMap.js';
import type { KeyFacts } from './watchKey.js';

/** A key of a watched range: `'present'` with its value, or `'unreadable'` with the error of the codec. */
export type WatchedEntry<V> = Found<V, { readonly facts: KeyFacts }>;

/**
 * A range as a watch shows it: `'present'` with its keys in the order of their bytes, or `'denied'` where this user may
 * not read it. Two maps in succession share the entries that did not change, which are the same objects.
 */
export type WatchedRange<K = string, V = Uint8Array> = Freshness & { readonly revision: number } & (
    | { readonly kind: 'present'; readonly entries: ReadonlyMap<K, WatchedEntry<V>> }
    | { readonly kind: 'denied'; readonly entries?: undefined }
  );

/** How raw keys and values become those of a view. */
export interface RangeView<K, V> {
  /** Reads a key and its value. */
  entryOf(raw: RawKeyValue): Keyed<K, WatchedEntry<V>>;
  /** The bytes of a key, one character for each; `undefined` for what cannot be a key. */
  textOf(key: K): string | undefined;
}

/** The last state of a range that is known. */
interface RangeState<K, V> {
  readonly kind: 'present' | 'denied' | 'unknown';
  readonly all: SortedMap<Keyed<K, WatchedEntry<V>>>;
  readonly revision: number;
  readonly cause: CoordinationError | undefined;
}

/** The keys and values of a range that is followed. */
export function watchRange<K, V>(step$: Observable<FollowStep>, view: RangeView<K, V>): Observable<WatchedRange<K, V>> {
  const unknown: RangeState<K, V> = { kind: 'unknown', all: SortedMap.empty(), revision: 0, cause: undefined };
  return step$.pipe(
    scan((state, step) => after(state, step, view), unknown),
    filter(({ kind }) => kind !== 'unknown'),
    map(({ kind, all, revision, cause }): WatchedRange<K, V> =>
      kind === 'denied'
        ? { kind, revision, ...freshness(cause) }
        : { kind: 'present', entries: new KeyedMap(all, view.textOf), revision, ...freshness(cause) }
    )
  );
}

function after<K, V>(state: RangeState<K, V>, step: FollowStep, view: RangeView<K, V>): RangeState<K, V> {
  const { revision } = state;
  switch (step.kind) {
    case 'snapshot':
      return { kind: 'present', all: merged(state.all, step.kvs, view), revision: step.revision, cause: undefined };
    case 'changes': {
      let { all } = state;
      for (const { type, kv } of step.events)
        all = type === 'put' ? all.set(bytesAsText(kv!.key), view.entryOf(kv!)) : all.delete(bytesAsText(kv!.key));
      return { kind: 'present', all, revision: step.revision, cause: undefined };
    }
    case 'stale':
      return { ...state, cause: step.cause };
    case 'denied':
      return { kind: 'denied', all: SortedMap.empty(), revision, cause: undefined };
  }
}

/** A snapshot, with the entries that are as they were. */
function merged<K, V>(
  before: RangeState<K, V>['all'],
  kvs: readonly RawKeyValue[],
  view: RangeView<K, V>
): RangeState<K, V>['all'] {
  return SortedMap.of(
    kvs.map((kv) => {
      const text = bytesAsText(kv.key);
      const known = before.get(text);
      return [text, known?.entry.facts?.modRevision === kv.modRevision ? known : view.entryOf(kv)] as const;
    })
  );
}

/** Bytes as text that sorts as they do. */
export function bytesAsText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
