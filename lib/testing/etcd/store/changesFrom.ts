import type { Mvcc } from './mvcc.js';

/** The changes of one revision. */
export interface EtcdChanges {
  readonly revision: number;
  /** In the order of the transaction. A key that was deleted has no value. */
  readonly changes: readonly { readonly key: string; readonly value: Uint8Array | undefined }[];
}

/** All changes from a revision on, as far as they are not compacted away. */
export function changesFrom(store: Mvcc, from: number): readonly EtcdChanges[] {
  return Array.from(store.history(from), ([revision, events]) => ({
    revision,
    changes: events.map(({ type, kv }) => ({
      key: Buffer.from(kv!.key).toString(),
      value: type === 'put' ? kv!.value : undefined,
    })),
  }));
}
