import { describe, expect, it } from '@jest/globals';
import { bytes, refusalOf, show, storeOf } from './storeGround.js';

describe('the store of the embedded etcd', () => {
  it('keeps every state of a key, and reads it at any revision', () => {
    const store = storeOf(['a', '1'], ['b', '1'], ['a', '2'], ['a'], ['a', '3']);
    expect([2, 3, 4, 5, 6].map((revision) => show(store, 'a', 'c', revision))).toEqual([
      'a=1',
      'a=1,b=1',
      'a=2,b=1',
      'b=1',
      'a=3,b=1',
    ]);
    expect(store.range({ key: bytes('a'), rangeEnd: bytes('') })[0]).toMatchObject({
      createRevision: 6,
      modRevision: 6,
      version: 1,
    });
  });

  it('takes a range of one key, up to a key, and without an end', () => {
    const store = storeOf(['c', '1'], ['a', '1'], ['b', '1']);
    expect(show(store, 'b', '')).toBe('b=1');
    expect(show(store, 'a', 'c')).toBe('a=1,b=1');
    expect(show(store, 'b', '\0')).toBe('b=1,c=1');
    expect(show(store, '\0', '\0')).toBe('a=1,b=1,c=1');
    expect(show(store, 'c', 'a')).toBe('');
  });

  it('refuses revisions that are not there yet, and those before the last compaction', () => {
    const store = storeOf(['a', '1'], ['b', '1'], ['a', '2'], ['b']);
    expect(refusalOf(() => show(store, 'a', '', 6))).toMatch(/future revision/);
    store.compact(4);
    expect(refusalOf(() => show(store, 'a', '', 3))).toMatch(/has been compacted/);
    expect(show(store, 'a', 'c', 4)).toBe('a=2,b=1');
    expect(show(store, 'a', 'c')).toBe('a=2');
    expect(refusalOf(() => store.compact(4))).toMatch(/has been compacted/);
    expect(refusalOf(() => store.compact(6))).toMatch(/future revision/);
  });

  it('forgets with a compaction what was over by then, and frees its memory', () => {
    const store = storeOf(['a', 'x'.repeat(1000)], ['a'], ['b', '1']);
    const { size } = store;
    store.compact(4);
    expect(store.size).toBeLessThan(size - 1000);
    expect(store.fileSize).toBe(size);
    store.defragment();
    expect(store.fileSize).toBe(store.size);
  });

  it('has the events of every revision from the last compaction on', () => {
    const store = storeOf(['a', '1'], ['b', '1'], ['a', '2'], ['b']);
    const seen = (from: number) =>
      [...store.history(from)].map(([revision, events]) => `${revision}:${events.map(({ type }) => type).join()}`);
    expect(seen(3)).toEqual(['3:put', '4:put', '5:delete']);
    store.compact(4);
    expect(seen(2)).toEqual(['4:put', '5:delete']);
  });

  it('knows a key before a revision, unless that was compacted away', () => {
    const store = storeOf(['a', '1'], ['a', '2'], ['a', '3']);
    expect(String(store.before(bytes('a'), 4)?.value)).toBe('2');
    expect(store.before(bytes('a'), 2)).toBeUndefined();
    store.compact(4);
    expect(store.before(bytes('a'), 4)).toBeUndefined();
  });
});
