import { RangeRequest, type TxnRequest, TxnRequest as Txn } from '../../../../lib/etcd/v3/protocol/kv.js';
import { type Draft, decode, encode } from '../../../../lib/etcd/v3/protocol/message.js';
import { EtcdRefusal } from '../../../../lib/testing/etcd/etcdRefusal.js';
import { Mvcc } from '../../../../lib/testing/etcd/store/mvcc.js';

const NOTHING = new Uint8Array(0);

export const bytes = (text: string) => Buffer.from(text);

/** The whole requests for drafts of them. */
export const rangeRequest = (draft: Draft<RangeRequest>) => decode(RangeRequest, encode(RangeRequest, draft));
export const txnRequest = (draft: Draft<TxnRequest>) => decode(Txn, encode(Txn, draft));

/** Writes keys, each in a transaction of its own; one without a value is deleted. */
export function storeOf(...changes: readonly (readonly [key: string, value?: string])[]): Mvcc {
  const store = new Mvcc();
  for (const [key, value] of changes) {
    const writing = store.write();
    if (value === undefined) writing.delete({ key: bytes(key), rangeEnd: NOTHING });
    else writing.put(bytes(key), bytes(value), 0n);
    store.commit(writing);
  }
  return store;
}

/** The keys and values of a range, at a revision. */
export function show(store: Mvcc, key: string, end: string, revision = 0): string {
  return store
    .range({ key: bytes(key), rangeEnd: bytes(end) }, revision)
    .map((kv) => `${String(kv.key)}=${String(kv.value)}`)
    .join();
}

/** The words of the refusal that `act` throws. */
export function refusalOf(act: () => unknown): string {
  try {
    act();
    return 'done';
  } catch (reason) {
    if (reason instanceof EtcdRefusal) return reason.words;
    throw reason;
  }
}
