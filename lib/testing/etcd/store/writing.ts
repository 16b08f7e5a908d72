import type { KeyValue } from '../../../etcd/v3/protocol/kv.js';
import type { Event } from '../../../etcd/v3/protocol/watch.js';
import { keyOf } from '../../host/keyOf.js';
import { type KeyRange, type KeySpace, NO_BYTES, boundsOf } from './keySpace.js';

/** A transaction under way. It sees its own changes. */
export class Writing {
  readonly events: Event[] = [];
  readonly #keys: KeySpace;
  readonly #base: number;
  /** The keys that this transaction has changed; `undefined` for a deleted one. */
  readonly #own = new Map<string, KeyValue | undefined>();

  /** @param base the revision before this transaction */
  constructor(keys: KeySpace, base: number) {
    this.#keys = keys;
    this.#base = base;
  }

  /** The revision of this transaction; the one before it as long as it has changed nothing. */
  get revision(): number {
    return this.events.length > 0 ? this.#base + 1 : this.#base;
  }

  get(key: Uint8Array): KeyValue | undefined {
    const text = keyOf(key);
    return this.#own.has(text) ? this.#own.get(text) : this.#keys.at(text, this.#base);
  }

  range(range: KeyRange): KeyValue[] {
    const found = this.#keys.range(range, this.#base);
    if (this.#own.size === 0) return found;
    const [start, end] = boundsOf(range);
    const byKey = new Map(found.map((kv) => [keyOf(kv.key), kv]));
    for (const [key, kv] of this.#own) {
      if (key < start || (end !== undefined && key >= end)) continue;
      if (kv === undefined) byKey.delete(key);
      else byKey.set(key, kv);
    }
    return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kv]) => kv);
  }

  /** Writes a key. */
  put(key: Uint8Array, value: Uint8Array, lease: bigint): void {
    const modRevision = this.#base + 1;
    const { createRevision = modRevision, version = 0 } = this.get(key) ?? {};
    const kv: KeyValue = { key, createRevision, modRevision, version: version + 1, value, lease };
    this.#own.set(keyOf(key), kv);
    this.events.push({ type: 'put', kv, prevKv: undefined });
  }

  /** Deletes a range. Returns the deleted keys. */
  delete(range: KeyRange): readonly KeyValue[] {
    const deleted = this.range(range);
    for (const { key } of deleted) {
      this.#own.set(keyOf(key), undefined);
      const modRevision = this.#base + 1;
      const kv: KeyValue = { key, createRevision: 0, modRevision, version: 0, value: NO_BYTES, lease: 0n };
      this.events.push({ type: 'delete', kv, prevKv: undefined });
    }
    return deleted;
  }
}
