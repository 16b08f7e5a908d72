import { describe, expect, it } from '@jest/globals';
import { SortedMap } from '../../lib/core/sortedMap.js';
import { seededRandom } from '../../lib/testing/proxy/seededRandom.js';

const sorted = (map: ReadonlyMap<string, number>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

describe('a sorted map', () => {
  it('holds the entries of a Map, in order, over thousands of random changes', () => {
    const random = seededRandom(7);
    const model = new Map<string, number>();
    let map = SortedMap.empty<number>();
    for (let i = 0; i < 20_000; i++) {
      const key = `k${Math.floor(random() * 2000)}`;
      if (random() < (i < 10_000 ? 0.7 : 0.3)) {
        model.set(key, i);
        map = map.set(key, i);
      } else {
        model.delete(key);
        map = map.delete(key);
      }
      expect(map.get(key)).toBe(model.get(key));
      expect(map.has(key)).toBe(model.has(key));
      if (i % 1000 === 0) expect([...map]).toEqual(sorted(model));
    }
    expect([...map]).toEqual(sorted(model));
    expect(map.size).toBe(model.size);
    expect([...map.keys()]).toEqual(sorted(model).map(([key]) => key));
    expect([...map.values()]).toEqual(sorted(model).map(([, value]) => value));
  });

  it('can be made of entries in order', () => {
    const entries = Array.from({ length: 1000 }, (_, i) => [`k${String(i).padStart(4, '0')}`, i] as const);
    const map = SortedMap.of(entries);
    expect([...map]).toEqual(entries);
    expect(map.get('k0500')).toBe(500);
    expect(map.get('k')).toBeUndefined();
    const seen: string[] = [];
    map.forEach((_, key) => seen.push(key));
    expect(seen).toHaveLength(1000);
  });

  it('never changes', () => {
    const first = SortedMap.of<number>([['a', 1]]);
    const second = first.set('b', 2);
    const third = second.delete('a');
    expect([[...first], [...second], [...third]]).toEqual([
      [['a', 1]],
      [
        ['a', 1],
        ['b', 2],
      ],
      [['b', 2]],
    ]);
    expect(third.delete('none')).toBe(third);
    expect(third.delete('b').size).toBe(0);
  });
});
