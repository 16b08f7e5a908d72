import type { CallOptions } from '../../../client/callOptions.js';
import type { Codec } from '../../../core/codecs.js';
import type { Endpoint } from '../../../core/endpoint.js';
import type { KeyValue } from './keyValue.js';

/** How fresh a read is. */
export interface ReadOptions extends CallOptions {
  /** Reads the store as it was at this revision. **Errors** with `COMPACTED` when that is forgotten. Default: now. */
  readonly revision?: number | undefined;
  /**
   * Lets the member answer by itself, without the others. The answer may be old; it also comes when there is no
   * leader. Default `false`.
   */
  readonly serializable?: boolean | undefined;
}

/** Which keys of a range are wanted, and in which order. */
export interface RangeOptions extends ReadOptions {
  /** At most so many; `more` tells that there are others. Default: all. */
  readonly limit?: number | undefined;
  /** Default: by key, ascending. */
  readonly sort?:
    | {
        readonly by: 'key' | 'version' | 'createRevision' | 'modRevision' | 'value';
        readonly order?: 'ascending' | 'descending';
      }
    | undefined;
  /** Bounds of revisions, both included. Keys outside of them are left out, but counted. */
  readonly minModRevision?: number | undefined;
  readonly maxModRevision?: number | undefined;
  readonly minCreateRevision?: number | undefined;
  readonly maxCreateRevision?: number | undefined;
}

/** The answer to a read of a range. */
export interface RangeResult<T> {
  /** In order. */
  readonly entries: readonly T[];
  /** How many keys there are in the range, whatever the limit and the bounds of revisions. */
  readonly count: number;
  /** Whether the limit has left some out. */
  readonly more: boolean;
  /** The newest revision of the store when it was read: a watch from the next one misses nothing. */
  readonly revision: number;
}

/** A range that is read page by page. */
export interface PagesOptions extends ReadOptions {
  /** How many keys a page has; the last one may have fewer. Default 1000. */
  readonly size?: number | undefined;
}

/** A part of a range. */
export interface Page<T> {
  /** In the order of their keys. Empty only where the range is. */
  readonly entries: readonly T[];
  /** Whether another page follows. */
  readonly more: boolean;
  /** The revision of the store at which all pages are read: a watch from the next one misses nothing. */
  readonly revision: number;
}

/** A write of one key. */
export interface PutOptions extends CallOptions {
  /** The key goes when this lease ends. Default: none. */
  readonly lease?: bigint | undefined;
  /** Keeps the lease that the key has. **Errors** with `KEY_NOT_FOUND` where there is no key. Default `false`. */
  readonly keepLease?: boolean | undefined;
  /** Whether the answer has the old value as `previous`. Default `false`. */
  readonly previous?: boolean | undefined;
}

/** A deletion. */
export interface DeleteOptions extends CallOptions {
  /** Whether the answer has what was deleted as `previous`. Default `false`. */
  readonly previous?: boolean | undefined;
}

/** The answer to a write. */
export interface PutResult<K = string, V = Uint8Array> {
  /** The revision of this write. */
  readonly revision: number;
  /** The key as it was before, if that was asked for and there was one. */
  readonly previous: KeyValue<K, V> | undefined;
}

/** The answer to a deletion. */
export interface DeleteResult<K = string, V = Uint8Array> {
  /** The revision of the deletion; the newest revision where there was nothing to delete. */
  readonly revision: number;
  /** How many keys were deleted. */
  readonly deleted: number;
  /** They, if that was asked for. */
  readonly previous: readonly KeyValue<K, V>[];
}

/** A request about one member. */
export interface MemberCallOptions extends CallOptions {
  /**
   * The member to ask: `host:port`, or one of the `clientUrls` that `members.list` emits. The request then has a
   * connection of its own. Default: the member that the client is connected to.
   */
  readonly endpoint?: string | Endpoint | undefined;
}

/** How a view differs from the one that it is made of. */
export interface ViewOptions<K, V> extends CallOptions {
  /** The codec of keys. Default: text in UTF-8. */
  readonly key?: Codec<K>;
  /** The codec of values. Default: bytes. One that encodes to `null` is refused: etcd has no such value. */
  readonly value?: Codec<V>;
  /** Put in front of every key, also that of the view before: keys of others cannot be seen or touched. */
  readonly namespace?: string | Uint8Array;
}
