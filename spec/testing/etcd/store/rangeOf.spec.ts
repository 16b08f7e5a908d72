import { describe, expect, it } from '@jest/globals';
import type { RangeRequest } from '../../../../lib/etcd/v3/protocol/kv.js';
import type { Draft } from '../../../../lib/etcd/v3/protocol/message.js';
import { rangeOf } from '../../../../lib/testing/etcd/store/rangeOf.js';
import { bytes, rangeRequest, refusalOf, storeOf } from './storeGround.js';

describe('a range of the embedded etcd', () => {
  const store = storeOf(['c', '1'], ['a', '3'], ['b', '2'], ['a', '9']);
  const all = store.range({ key: bytes('\0'), rangeEnd: bytes('\0') });
  const ask = (draft: Draft<RangeRequest>) => rangeOf(all, rangeRequest({ key: bytes('\0'), ...draft }), {});
  const keys = (draft: Draft<RangeRequest>) =>
    ask(draft)
      .kvs!.map(({ key }) => String(key))
      .join('');

  it('is sorted by any of the fields, up or down', () => {
    expect(keys({})).toBe('abc');
    expect(keys({ sortOrder: 'descend' })).toBe('cba');
    expect(keys({ sortTarget: 'value' })).toBe('cba');
    expect(keys({ sortTarget: 'mod', sortOrder: 'descend' })).toBe('abc');
    expect(keys({ sortTarget: 'create', sortOrder: 'ascend' })).toBe('cab');
    expect(keys({ sortTarget: 'version', sortOrder: 'descend' })[0]).toBe('a');
    const unknown = { ...rangeRequest({ key: bytes('a') }), sortTarget: '9' as never };
    expect(refusalOf(() => rangeOf(all, unknown, {}))).toBe('etcdserver: invalid sort option');
  });

  it('counts all keys, and says that there are more than the limit', () => {
    expect(ask({ limit: 2 })).toMatchObject({ more: true, count: 3 });
    expect(ask({ limit: 3 })).toMatchObject({ more: false, count: 3 });
    expect(keys({ limit: 2, sortOrder: 'descend' })).toBe('cb');
    expect(ask({ countOnly: true })).toEqual({ header: {}, count: 3 });
  });

  it('is cut before it is sorted, where the order of the sort is not given', () => {
    expect(keys({ limit: 1, sortTarget: 'value' })).toBe('b');
    expect(keys({ limit: 1, sortTarget: 'value', sortOrder: 'ascend' })).toBe('c');
  });

  it('leaves out keys outside the bounds of revisions, but counts them', () => {
    expect(keys({ minModRevision: 4 })).toBe('ab');
    expect(keys({ maxModRevision: 4 })).toBe('bc');
    expect(keys({ minCreateRevision: 3, maxCreateRevision: 3 })).toBe('a');
    expect(ask({ minModRevision: 99 })).toMatchObject({ kvs: [], count: 3 });
  });

  it('leaves the values out, if only keys are wanted', () => {
    expect(ask({ keysOnly: true }).kvs!.map(({ value }) => value!.length)).toEqual([0, 0, 0]);
  });
});
