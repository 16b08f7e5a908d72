import { describe, expect, it } from '@jest/globals';
import type { TxnRequest } from '../../../../lib/etcd/v3/protocol/kv.js';
import type { Draft } from '../../../../lib/etcd/v3/protocol/message.js';
import { checkTxn } from '../../../../lib/testing/etcd/store/checkTxn.js';
import { bytes, refusalOf, txnRequest } from './storeGround.js';

const put = (key: string) => ({ requestPut: { key: bytes(key) } });
const remove = (key: string, end = '') => ({ requestDeleteRange: { key: bytes(key), rangeEnd: bytes(end) } });
const inner = (draft: Draft<TxnRequest>) => ({ requestTxn: draft });
const check = (draft: Draft<TxnRequest>) => refusalOf(() => checkTxn(txnRequest(draft), 4));

describe('the check of a transaction', () => {
  it('refuses a key that one branch writes twice, or that it writes and deletes', () => {
    const DOUBLE = 'etcdserver: duplicate key given in txn request';
    expect(check({ success: [put('a'), put('a')] })).toBe(DOUBLE);
    expect(check({ success: [put('a'), remove('a')] })).toBe(DOUBLE);
    expect(check({ failure: [put('b'), remove('a', 'c')] })).toBe(DOUBLE);
    expect(check({ success: [put('a'), inner({ failure: [put('a')] })] })).toBe(DOUBLE);
    expect(check({ success: [inner({ success: [remove('a', 'c')] }), put('b')] })).toBe(DOUBLE);
    expect(check({ success: [inner({ success: [put('a')] }), inner({ success: [put('a')] })] })).toBe(DOUBLE);
  });

  it('lets two branches write the same key', () => {
    expect(check({ success: [put('a')], failure: [put('a')] })).toBe('done');
    expect(check({ success: [inner({ success: [put('a')], failure: [put('a')] })] })).toBe('done');
    expect(check({ success: [put('c'), remove('a', 'c'), remove('b')] })).toBe('done');
  });

  it('does not see that a deletion without an end deletes a key that is written, nor does a real server', () => {
    expect(check({ success: [put('b'), remove('a', '\0')] })).toBe('done');
  });

  it('counts the operations of the larger branch, and leaves the rest to those inside', () => {
    const MANY = 'etcdserver: too many operations in txn request';
    const some = (count: number) => Array.from({ length: count }, (_, i) => put(String(i)));
    expect(check({ success: some(4) })).toBe('done');
    expect(check({ failure: some(5) })).toBe(MANY);
    expect(check({ success: [inner({ success: some(3) })] })).toBe('done');
    expect(check({ success: [inner({ success: some(4) })] })).toBe(MANY);
  });

  it('refuses operations that lack a key, or say too much', () => {
    expect(check({ success: [put('')] })).toMatch(/key is not provided/);
    expect(check({ success: [remove('')] })).toMatch(/key is not provided/);
    expect(check({ success: [{ requestRange: {} }] })).toMatch(/key is not provided/);
    expect(check({ compare: [{}] })).toMatch(/key is not provided/);
    expect(check({ success: [{}] })).toBe('etcdserver: key not found');
    const key = bytes('a');
    expect(check({ success: [{ requestPut: { key, value: key, ignoreValue: true } }] })).toMatch(/value is provided/);
    expect(check({ success: [{ requestPut: { key, lease: 1n, ignoreLease: true } }] })).toMatch(/lease is provided/);
  });
});
