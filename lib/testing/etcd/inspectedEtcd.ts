import { bytesOf } from '../host/keyOf.js';
import type { EtcdCore } from './etcdCore.js';
import { type EtcdChanges, changesFrom } from './store/changesFrom.js';
import { ALL_KEYS } from './store/keySpace.js';

/** A file of version 2. */
export interface EtcdV2File {
  readonly value: string;
  readonly modifiedIndex: number;
}

/** An etcd cluster as a test looks into it. */
export abstract class InspectedEtcd {
  readonly #core: EtcdCore;

  /** @internal */
  constructor(core: EtcdCore) {
    this.#core = core;
  }

  /** The name of the leader; `undefined` without one. */
  get leader(): string | undefined {
    return this.#core.leadership.leader?.name;
  }

  /** The newest revision. */
  get revision(): number {
    return this.#core.store.revision;
  }

  /** The revision of the last compaction; -1 without any. */
  get compacted(): number {
    return this.#core.store.compacted;
  }

  /** The ids of the leases, with the keys of each, as text. */
  get leases(): ReadonlyMap<bigint, readonly string[]> {
    const text = (key: string) => bytesOf(key).toString();
    return new Map(this.#core.leases.all.map(({ id, keys }) => [id, [...keys].sort().map(text)]));
  }

  /** The number of watchers that the members serve. */
  get watchers(): number {
    return this.#core.members.reduce((sum, { hub }) => sum + hub.size, 0);
  }

  /** The keys, as text, with their values, in order. */
  entries(): ReadonlyMap<string, Uint8Array> {
    return new Map(this.#core.store.range(ALL_KEYS).map(({ key, value }) => [Buffer.from(key).toString(), value]));
  }

  /** The newest index of version 2. */
  get indexV2(): number {
    return this.#core.v2.newest.index;
  }

  /** The files of version 2, by their keys, with their values and indexes. */
  entriesV2(): ReadonlyMap<string, EtcdV2File> {
    const { files } = this.#core.v2.newest;
    return new Map(Array.from(files, ({ key, value, modifiedIndex }) => [key, { value, modifiedIndex }]));
  }

  /** All changes from a revision on, those of one transaction together. What was compacted away is missing. */
  history(from: number): readonly EtcdChanges[] {
    return changesFrom(this.#core.store, from);
  }
}
