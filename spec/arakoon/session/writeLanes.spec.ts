import { describe, expect, it } from '@jest/globals';
import type { NodeConnection } from '../../../lib/arakoon/session/nodeConnection.js';
import { WriteLanes } from '../../../lib/arakoon/session/writeLanes.js';

/** Lanes that keep every write until they are told that it was answered. */
function lanes(bound: number) {
  const all: { isOpen: boolean; load: number }[] = [];
  const made = new WriteLanes(bound, () => {
    const lane = { isOpen: false, load: 0 };
    all.push(lane);
    return lane as unknown as NodeConnection;
  });
  const write = (hasRoom = true) => {
    const lane = made.next(hasRoom) as unknown as (typeof all)[number];
    lane.isOpen = true;
    lane.load++;
  };
  const writes = (count: number, hasRoom = true) => {
    for (let i = 0; i < count; i++) write(hasRoom);
    return all.map(({ load }) => load);
  };
  return { all, writes };
}

describe('the connections for writes', () => {
  it.each([
    [1, [1, 0, 0, 0, 0, 0, 0, 0]],
    [4, [1, 1, 1, 1, 0, 0, 0, 0]],
    [8, [2, 2, 2, 2, 0, 0, 0, 0]],
    [12, [2, 2, 2, 2, 2, 2, 0, 0]],
    [32, [4, 4, 4, 4, 4, 4, 4, 4]],
  ])('of %i writes at once are in use as %j', (count, loads) => {
    expect(lanes(8).writes(count)).toEqual(loads);
  });

  it('are sixteen for 64 writes at once, with four each', () => {
    expect(lanes(16).writes(64)).toEqual(Array(16).fill(4));
  });

  it('are never more than the bound', () => {
    expect(lanes(1).writes(100)).toEqual([100]);
  });

  it('stay as many as they are while the server has no room, but for the first', () => {
    const { writes } = lanes(8);
    expect(writes(3, false)).toEqual([3, 0, 0, 0, 0, 0, 0, 0]);
    expect(writes(2)).toEqual([3, 1, 1, 0, 0, 0, 0, 0]);
    expect(writes(2, false)).toEqual([3, 2, 2, 0, 0, 0, 0, 0]);
  });

  it('that were opened last have nothing to do once the load is low', () => {
    const { all, writes } = lanes(8);
    writes(20);
    for (let i = 0; i < 20; i++) {
      for (const lane of all) lane.load = 0;
      expect(writes(1)).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
    }
  });
});
