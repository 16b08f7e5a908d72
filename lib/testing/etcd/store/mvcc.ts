import type { KeyValue } from '../../../etcd/v3/protocol/kv.js';
import type { Event } from '../../../etcd/v3/protocol/watch.js';
import { Refusals } from '../etcdRefusal.js';
import { keyOf } from '../../host/keyOf.js';
import { type KeyRange, KeySpace } from './keySpace.js';
import { Writing } from './writing.js';

/**
 * Keys with all their states since the last compaction. Each transaction that changes a key has a revision of its own.
 * The first is 2, as in a real server, whose revision 1 is the empty store.
 */
export class Mvcc {
  readonly #keys = new KeySpace();
  /** The events of each revision from the compacted one on. */
  readonly #events = new Map<number, readonly Event[]>();
  #revision = 1;
  #compacted = -1;
  #fileSize = 0;

  /** The newest revision. */
  get revision(): number {
    return this.#revision;
  }

  /** The revision of the last compaction; -1 without any. */
  get compacted(): number {
    return this.#compacted;
  }

  /** Bytes in use. A compaction frees some. */
  get size(): number {
    return this.#keys.bytes;
  }

  /** Bytes of the file that a real server would have: only {@link defragment} makes it smaller. */
  get fileSize(): number {
    return this.#fileSize;
  }

  defragment(): void {
    this.#fileSize = this.size;
  }

  /**
   * The keys of a range at a revision; 0 or below is the newest.
   *
   * @throws a refusal of a revision that is not there
   */
  range(range: KeyRange, revision = 0): KeyValue[] {
    this.checkRevision(revision);
    return this.#keys.range(range, revision <= 0 ? this.#revision : revision);
  }

  /** A key before a revision, if that is still known. */
  before(key: Uint8Array, revision: number): KeyValue | undefined {
    return revision <= this.#compacted ? undefined : this.#keys.at(keyOf(key), revision - 1);
  }

  /** Throws a refusal of a revision that is not there. */
  checkRevision(revision: number): void {
    if (revision > this.#revision) throw Refusals.futureRevision;
    if (revision > 0 && revision < this.#compacted) throw Refusals.compacted;
  }

  /** Begins a transaction. Its changes are seen after {@link commit}. */
  write(): Writing {
    return new Writing(this.#keys, this.#revision);
  }

  /** Ends a transaction. Returns its events; there are none if it has changed nothing. */
  commit({ events }: Writing): readonly Event[] {
    if (events.length === 0) return events;
    const revision = ++this.#revision;
    for (const { type, kv } of events)
      this.#keys.add(keyOf(kv!.key), { modRevision: revision, kv: type === 'put' ? kv : undefined });
    this.#events.set(revision, events);
    this.#fileSize = Math.max(this.#fileSize, this.size);
    return events;
  }

  /** The events from a revision on, revision by revision. */
  *history(from: number): Iterable<readonly [revision: number, events: readonly Event[]]> {
    for (let revision = Math.max(from, this.#compacted); revision <= this.#revision; revision++) {
      const events = this.#events.get(revision);
      if (events !== undefined) yield [revision, events];
    }
  }

  /** Forgets the states that were over at a revision, and all events before it. */
  compact(revision: number): void {
    if (revision <= this.#compacted) throw Refusals.compacted;
    if (revision > this.#revision) throw Refusals.futureRevision;
    this.#keys.compact(revision);
    for (let old = Math.max(0, this.#compacted); old < revision; old++) this.#events.delete(old);
    this.#compacted = revision;
  }
}
