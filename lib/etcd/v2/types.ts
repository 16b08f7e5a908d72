import type { CallOptions } from '../../client/callOptions.js';
import type { Codec } from '../../core/codecs.js';
import type { EtcdV2Result } from './protocol/answer.js';
import type { EtcdV2Encoding } from './protocol/valueCodec.js';

/** How a key is read. */
export interface ReadV2Options extends CallOptions {
  /** Whether directories below are read too. Default `false`. */
  readonly recursive?: boolean | undefined;
  /** Whether the contents of directories come in the order of their keys. Default `false`. */
  readonly sorted?: boolean | undefined;
  /** Whether the members agree on the answer. Otherwise it may be old. Default `false`. */
  readonly quorum?: boolean | undefined;
}

/** How long a key lives. */
export interface TtlOptions extends CallOptions {
  /** Seconds until the key expires, a whole number. 0 expires it at once. Default: never. */
  readonly ttl?: number | undefined;
}

/** How a key is written. */
export interface WriteV2Options extends TtlOptions {
  /** Whether the answer leaves out the value, and the old one. For large values. Default `false`. */
  readonly noValueOnSuccess?: boolean | undefined;
}

/** What must be so for a write. All that are given must hold. */
export interface EtcdV2Condition<V> {
  /** The value. The empty text cannot be compared. */
  readonly prevValue?: V;
  /** The index of the last change, `modifiedIndex`. */
  readonly prevIndex?: number;
  /** Whether the key exists. */
  readonly prevExist?: boolean;
}

/** How events are asked for. */
export interface EventsV2Options {
  /** Whether events below the key count too. Default `false`. */
  readonly recursive?: boolean;
  /** Begins with the event after this index of the store. Default: with the next event from now on. */
  readonly after?: number;
}

/** A change of a key, or of one below it. */
export interface EtcdV2Event<V = string> extends EtcdV2Result<V> {
  /**
   * Whether etcd had forgotten what happened, so that this was found by reading again: several changes of one key are
   * one event then, and a key that came and went has none.
   */
  readonly resync: boolean;
}

/** How a view differs from the one that it is made of. */
export interface ViewV2Options<V> extends CallOptions {
  /** The codec of values. Default: text. */
  readonly value?: Codec<V>;
  /**
   * How the codec's bytes become the text that the v2 API stores. `'text'`: they are UTF-8, and others are refused.
   * Default `'text'`.
   */
  readonly encoding?: EtcdV2Encoding;
}

/** A member of the cluster. */
export interface EtcdV2Member {
  /** The id, in hexadecimal. */
  readonly id: string;
  /** `''` for a member that has not started yet. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  /** Empty for a member that has not started yet. */
  readonly clientUrls: readonly string[];
}

/** What a member counts about itself. */
export interface SelfStatistics {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly startTime: string;
  readonly leaderInfo: { readonly leader: string; readonly uptime: string; readonly startTime: string };
  readonly receivedAppendRequests: number;
  readonly sentAppendRequests: number;
}

/** What the leader counts about its followers, by their ids. Times are milliseconds. */
export interface LeaderStatistics {
  readonly leader: string;
  readonly followers: Readonly<
    Record<
      string,
      {
        readonly latency: Readonly<Record<'current' | 'average' | 'standardDeviation' | 'minimum' | 'maximum', number>>;
        readonly counts: { readonly fail: number; readonly success: number };
      }
    >
  >;
}

/** A user, with the names of its roles. */
export interface EtcdV2User {
  readonly user: string;
  readonly roles: readonly string[];
}

/** Keys that may be read and written. A pattern may end in `*`. */
export interface EtcdV2Permissions {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** A role, with its rights. */
export interface EtcdV2Role extends EtcdV2Permissions {
  readonly role: string;
}
