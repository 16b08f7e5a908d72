import type { Found } from '../../../core/watched.js';
import type { KeyFacts } from '../watch/watchKey.js';

/** Which events are wanted. */
export interface EventsOptions {
  /** The first revision to hear of. Default: the next one. */
  readonly from?: number | undefined;
  /** Whether each change has the entry as it was before, as `previous`. Default `false`. */
  readonly previous?: boolean | undefined;
  /** Only writes, or only deletions. Default: both. */
  readonly only?: 'put' | 'deleted' | undefined;
}

/** A key with its value, or with the error of the codec. */
export type KeyEntry<K = string, V = Uint8Array> = { readonly key: K } & Found<V, { readonly facts: KeyFacts }>;

/** A change of one key. */
export type KeyChange<K = string, V = Uint8Array> =
  | { readonly kind: 'put'; readonly key: K; readonly entry: KeyEntry<K, V>; readonly previous?: KeyEntry<K, V> }
  /** Deleted, or gone with its lease. */
  | { readonly kind: 'deleted'; readonly key: K; readonly previous?: KeyEntry<K, V> };
