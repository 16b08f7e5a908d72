/**
 * A key with its value, as etcd keeps it.
 *
 * @typeParam K the type of keys, by the key codec
 * @typeParam V the type of values, by the value codec
 */
export interface KeyValue<K = string, V = Uint8Array> {
  readonly key: K;
  readonly value: V;
  /** How often it was written since it was created; 1 for a new one. */
  readonly version: number;
  /** The revision of the store that created it: a fencing token, since no later key has a smaller one. */
  readonly createRevision: number;
  /** The revision of the store that wrote this value. */
  readonly modRevision: number;
  /** The lease that it goes with; `0n` for none. */
  readonly lease: bigint;
}

/**
 * A part of the keys, which are in the order of their bytes: all with a prefix, or all from a key up to, not including,
 * another. Without `to` it goes to the last key. `{ prefix: '' }` is all keys.
 */
export type KeyRange<K = string> =
  | { readonly prefix: K; readonly from?: undefined; readonly to?: undefined }
  | { readonly from: K; readonly to?: K | undefined; readonly prefix?: undefined };
