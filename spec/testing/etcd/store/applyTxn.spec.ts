import { describe, expect, it } from '@jest/globals';
import type { TxnRequest } from '../../../../lib/etcd/v3/protocol/kv.js';
import type { Draft } from '../../../../lib/etcd/v3/protocol/message.js';
import { applyTxn } from '../../../../lib/testing/etcd/store/applyTxn.js';
import type { Mvcc } from '../../../../lib/testing/etcd/store/mvcc.js';
import { bytes, refusalOf, show, storeOf, txnRequest } from './storeGround.js';

const put = (key: string, value: string) => ({ requestPut: { key: bytes(key), value: bytes(value) } });
const get = (key: string, revision = 0) => ({ requestRange: { key: bytes(key), revision } });
const remove = (key: string, end = '') => ({ requestDeleteRange: { key: bytes(key), rangeEnd: bytes(end) } });
const isValue = (key: string, value: string) => ({ key: bytes(key), target: 'value' as const, value: bytes(value) });

describe('a transaction of the embedded etcd', () => {
  function run(store: Mvcc, draft: Draft<TxnRequest>) {
    const writing = store.write();
    const answer = applyTxn({ store, writing, hasLease: (id) => id === 7n }, txnRequest(draft));
    store.commit(writing);
    return answer;
  }

  it('does one of its branches, and reads its own writes', () => {
    const store = storeOf(['a', '1']);
    const answer = run(store, { compare: [isValue('a', '1')], success: [put('a', '2'), get('a'), remove('b')] });
    expect(answer.succeeded).toBe(true);
    expect(String(answer.responses![1]!.responseRange!.kvs![0]!.value)).toBe('2');
    expect(answer.responses![2]!.responseDeleteRange).toMatchObject({ deleted: 0, header: { revision: 3 } });
    expect(run(store, { compare: [isValue('a', '1')], failure: [put('b', 'no')] }).succeeded).toBe(false);
    expect(show(store, 'a', 'z')).toBe('a=2,b=no');
    expect(store.revision).toBe(4);
  });

  it('compares each key of a range, and numbers with 0 where there is none', () => {
    const store = storeOf(['p/1', '1'], ['p/2', '1'], ['p/2', '2']);
    const succeeds = (compare: Draft<TxnRequest>['compare']) => run(store, { compare: compare! }).succeeded;
    const range = { key: bytes('p/'), rangeEnd: bytes('p0') };
    expect(succeeds([{ ...range, target: 'version', result: 'greater', version: 0 }])).toBe(true);
    expect(succeeds([{ ...range, target: 'version', result: 'equal', version: 1 }])).toBe(false);
    expect(succeeds([{ key: bytes('none'), target: 'create', result: 'equal' }])).toBe(true);
    expect(succeeds([{ key: bytes('none'), target: 'value', result: 'not-equal', value: bytes('x') }])).toBe(false);
    expect(succeeds([{ key: bytes('p/1'), target: 'mod', result: 'less', modRevision: 3 }])).toBe(true);
    expect(succeeds([{ key: bytes('p/1'), target: 'lease', result: 'not-equal', lease: 1n }])).toBe(true);
  });

  it('compares the store as it was before, also inside', () => {
    const store = storeOf(['a', '1']);
    const inner = { compare: [isValue('a', '2')], success: [put('b', 'yes')], failure: [put('b', 'no')] };
    const answer = run(store, { success: [put('a', '2'), { requestTxn: inner }] });
    expect(answer.responses![1]!.responseTxn).toMatchObject({ header: {}, succeeded: false });
    expect(show(store, 'a', 'z')).toBe('a=2,b=no');
  });

  it('changes nothing when one of its operations cannot be done', () => {
    const store = storeOf(['a', '1']);
    const refused = (...success: NonNullable<Draft<TxnRequest>['success']>) =>
      refusalOf(() => run(store, { success: [put('x', '1'), ...success] }));
    expect(refused({ requestPut: { key: bytes('b'), lease: 8n } })).toMatch(/lease not found/);
    expect(refused({ requestPut: { key: bytes('b'), ignoreValue: true } })).toMatch(/key not found/);
    expect(refused(get('a', 9))).toMatch(/future revision/);
    expect(show(store, 'a', 'z')).toBe('a=1');
    expect(refused({ requestPut: { key: bytes('b'), lease: 7n } })).toBe('done');
  });

  it('can keep the value or the lease of a key', () => {
    const store = storeOf(['a', '1']);
    run(store, { success: [{ requestPut: { key: bytes('a'), lease: 7n, ignoreValue: true } }] });
    run(store, { success: [{ requestPut: { key: bytes('a'), value: bytes('2'), ignoreLease: true, prevKv: true } }] });
    expect(store.range({ key: bytes('a'), rangeEnd: bytes('') })[0]).toMatchObject({ lease: 7n, version: 3 });
    expect(show(store, 'a', '')).toBe('a=2');
  });
});
