import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NameMap } from '../../lib/core/nameMap.js';

interface Named {
  readonly name: string;
  readonly value: number;
}
const filled = (names: Iterable<string>) =>
  [...names].reduce((map, name, value) => map.with({ name, value }), NameMap.empty<Named>());
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

describe('a map of things by their names', () => {
  it('is what a Map would be, in the order of the names, whatever is put in and taken out', () => {
    const name = fc.string({ maxLength: 2, unit: fc.constantFrom('a', 'b', 'é', '0', '-') });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), name)), (steps) => {
        const model = new Map<string, Named>();
        let map = NameMap.empty<Named>();
        for (const [puts, name] of steps) {
          const value = { name, value: model.size };
          if (puts) model.set(name, value);
          else model.delete(name);
          map = puts ? map.with(value) : map.without(name);
        }
        expect(map.size).toBe(model.size);
        expect([...map.keys()]).toEqual([...model.keys()].sort());
        expect([...map]).toEqual([...map.keys()].map((key) => [key, model.get(key)]));
        for (const [key, value] of model) expect(map.get(key)).toBe(value);
        expect(map.has('missing')).toBe(false);
      })
    );
  });

  it('keeps thousands, in whatever order they come, and gives each back', () => {
    const names = Array.from({ length: 5000 }, (_, i) => `n${(i * 7919) % 5000}`);
    let map = filled(names);
    expect([...map.keys()]).toEqual(sorted(names));
    for (const name of names) expect(map.get(name)?.name).toBe(name);
    for (const name of names.slice(0, 4000)) map = map.without(name);
    expect([...map.keys()]).toEqual(sorted(names.slice(4000)));
    expect([...map.values()].map(({ name }) => name)).toEqual([...map.keys()]);
  });

  it('does not change: what was taken from it stays as it was', () => {
    const before = filled(['a', 'b', 'c']);
    const after = before.with({ name: 'd', value: 9 }).without('a').with({ name: 'b', value: 7 });
    expect([...before.keys()]).toEqual(['a', 'b', 'c']);
    expect(before.get('b')?.value).toBe(1);
    expect([...after.keys()]).toEqual(['b', 'c', 'd']);
    expect(after.get('b')?.value).toBe(7);
    expect(after.get('c')).toBe(before.get('c'));
  });

  it('is itself when there is nothing to take out, and the one empty map when all is gone', () => {
    const map = filled(['a']);
    expect(map.without('b')).toBe(map);
    expect(map.without('a')).toBe(NameMap.empty());
  });

  it('is for reading what a Map is', () => {
    const map = filled(['b', 'a']);
    const seen: unknown[] = [];
    map.forEach((value, name, all) => seen.push([name, value.value, all === map]));
    expect(seen).toEqual([
      ['a', 1, true],
      ['b', 0, true],
    ]);
  });
});
