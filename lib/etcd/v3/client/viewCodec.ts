import { equalBytes } from '../../../bytes/equalBytes.js';
import { integer, knownKeys } from '../../../core/check.js';
import { type Codec, valueFault } from '../../../core/codecs.js';
import { UsageError } from '../../../core/errors.js';
import { prefixEnd } from '../../../core/prefixEnd.js';
import { rawOf } from '../../../core/rawOf.js';
import type { KeyValue as RawKeyValue } from '../protocol/kv.js';
import type { KeyRange, KeyValue } from './keyValue.js';

/** The bytes of a range, as etcd takes them: `rangeEnd` is one zero byte where the range has no end. */
export interface RawRange {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}

const NOTHING = new Uint8Array(0);
const NO_END = new Uint8Array(1);
/** The largest revision that a number holds exactly. */
const LAST_REVISION = Number.MAX_SAFE_INTEGER;

/** How the keys and values of a view become bytes, and bytes become keys and values. */
export class ViewCodec<K, V> {
  readonly keys: Codec<K>;
  readonly values: Codec<V>;
  readonly namespace: Uint8Array;

  constructor(keys: Codec<K>, values: Codec<V>, namespace: Uint8Array) {
    this.keys = keys;
    this.values = values;
    this.namespace = namespace;
  }

  /** The full bytes of a key. */
  key(key: K, argument = 'key'): Uint8Array {
    const bytes = this.#full(rawOf(this.keys, argument, key));
    if (bytes.length === 0) throw new UsageError(argument, 'must not be empty');
    return bytes;
  }

  range(range: KeyRange<K>, argument = 'range'): RawRange {
    const { prefix, from, to } = knownKeys(argument, range, ['prefix', 'from', 'to']);
    if ((prefix === undefined) === (from === undefined))
      throw new UsageError(argument, 'must have either prefix or from');
    if (prefix !== undefined) {
      if (to !== undefined) throw new UsageError(`${argument}.to`, 'goes with from, not with prefix');
      return this.#all(this.#full(rawOf(this.keys, `${argument}.prefix`, prefix)));
    }
    const key = this.#full(rawOf(this.keys, `${argument}.from`, from as K));
    if (to === undefined) return { key: first(key), rangeEnd: prefixEnd(this.namespace) ?? NO_END };
    const rangeEnd = this.#full(rawOf(this.keys, `${argument}.to`, to));
    // etcd would read an empty end as "this key alone"
    if (rangeEnd.length === 0) throw new UsageError(`${argument}.to`, 'must not be empty');
    return { key: first(key), rangeEnd };
  }

  /** The reverse of {@link place}: an empty end is that of one key. `undefined` outside of the namespace. */
  keysOf({ key: start, rangeEnd }: RawRange): K | KeyRange<K> | undefined {
    const { namespace } = this;
    const key = namespace.length === 0 && rangeEnd.length > 0 && equalBytes(start, NO_END) ? NOTHING : start;
    if (!startsWith(key, namespace)) return undefined;
    if (rangeEnd.length === 0) return this.keyOf(key);
    if (equalBytes(rangeEnd, prefixEnd(key) ?? NO_END)) return { prefix: this.keyOf(key) };
    if (equalBytes(rangeEnd, prefixEnd(namespace) ?? NO_END)) return { from: this.keyOf(key) };
    return startsWith(rangeEnd, namespace) ? { from: this.keyOf(key), to: this.keyOf(rangeEnd) } : undefined;
  }

  value(value: V, argument = 'value'): Uint8Array {
    return rawOf(this.values, argument, value);
  }

  /** A key as errors show it. */
  shown(key: K): string | undefined {
    try {
      return textOf(this.key(key));
    } catch {
      return undefined;
    }
  }

  readonly keyOf = (bytes: Uint8Array): K =>
    this.keys.decode(this.namespace.length === 0 ? bytes : bytes.subarray(this.namespace.length));

  /** A range, or one key. */
  place(where: K | KeyRange<K>, argument = 'key'): RawRange {
    return isRange(where) ? this.range(where, argument) : { key: this.key(where, argument), rangeEnd: NOTHING };
  }

  readonly keyValueOf = (raw: RawKeyValue): KeyValue<K, V> => {
    const { key, value, version, createRevision, modRevision, lease } = raw;
    return { key: this.keyOf(key), value: this.#valueOf(key, value), version, createRevision, modRevision, lease };
  };

  readonly keyValueIfAny = (raw: RawKeyValue | undefined): KeyValue<K, V> | undefined =>
    raw === undefined ? undefined : this.keyValueOf(raw);

  #valueOf(key: Uint8Array, value: Uint8Array): V {
    try {
      return this.values.decode(value);
    } catch (error) {
      throw valueFault(error, { path: textOf(key) });
    }
  }

  #all(prefix: Uint8Array): RawRange {
    return { key: first(prefix), rangeEnd: prefixEnd(prefix) ?? NO_END };
  }

  #full(bytes: Uint8Array): Uint8Array {
    return this.namespace.length === 0 ? bytes : Buffer.concat([this.namespace, bytes]);
  }
}

/** Whether this is a range, and not a key. */
function isRange<K>(where: K | KeyRange<K>): where is KeyRange<K> {
  return typeof where === 'object' && where !== null && ('prefix' in where || 'from' in where);
}

/** A revision that a caller gives. */
export function revisionOf(argument: string, revision: number): number {
  return integer(argument, revision, 1, LAST_REVISION);
}

/** Bytes as the text that errors show. */
export function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString();
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.length === 0 || equalBytes(bytes.subarray(0, prefix.length), prefix);
}

/** No key is empty: the first one is a zero byte. */
function first(key: Uint8Array): Uint8Array {
  return key.length === 0 ? NO_END : key;
}
