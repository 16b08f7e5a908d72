import { describe, expect, it } from '@jest/globals';
import { fragments } from '../../../../lib/testing/etcd/watch/fragments.js';

describe('the fragments of an answer', () => {
  const answerOf = (...sizes: readonly number[]) => ({
    watchId: 7,
    events: sizes.map((size) => ({ kv: { value: Buffer.alloc(size) } })),
  });
  const cut = (...sizes: readonly number[]) =>
    fragments(answerOf(...sizes), 1_000).map(({ events, fragment }) => [events!.length, fragment ?? false]);

  it('are smaller than the limit, and all but the last say that more follow', () => {
    expect(cut(400, 400, 400, 100)).toEqual([
      [2, true],
      [2, false],
    ]);
    expect(cut(100)).toEqual([[1, false]]);
    expect(cut()).toEqual([[0, false]]);
  });

  it('hold at least one event, also one that is too large', () => {
    expect(cut(5_000, 5_000, 1)).toEqual([
      [1, true],
      [1, true],
      [1, false],
    ]);
  });
});
