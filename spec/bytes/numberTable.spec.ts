import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NumberTable } from '../../lib/bytes/numberTable.js';

interface Item {
  readonly key: number;
}

describe('a table of items by numbers', () => {
  const key = fc.oneof(
    fc.nat({ max: 40 }),
    fc.nat({ max: 40 }).map((n) => n * 2 ** 28),
    fc.maxSafeNat()
  );
  const act = fc.record({ act: fc.constantFrom('set', 'set', 'delete', 'get', 'clear'), key, seed: fc.nat() });

  it('does as a Map does, but for the order of the items, which is that of their numbers', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 300 }), (acts) => {
        const [table, model] = [new NumberTable<Item>(), new Map<number, Item>()];
        for (const { act, key, seed } of acts) {
          const known = [...model.keys()];
          const one = known.length > 0 && seed % 2 === 0 ? known[seed % known.length]! : key; // often one that is there
          if (act === 'set') {
            const item = { key: one };
            table.set(one, item);
            model.set(one, item);
          } else if (act === 'delete') expect(table.delete(one)).toBe(model.delete(one));
          else if (act === 'clear' && seed % 10 === 0) {
            table.clear();
            model.clear();
          }
          expect([table.get(one), table.size]).toEqual([model.get(one), model.size]);
        }
        expect(table.values()).toEqual([...model.values()].sort((a, b) => a.key - b.key));
        for (const [key, item] of model) expect(table.get(key)).toBe(item);
      })
    );
  });

  it('finds nothing by what is no number', () => {
    const table = new NumberTable<Item>();
    table.set(0, { key: 0 });
    expect(table.get('0' as unknown as number)).toBeUndefined();
    expect(table.get(undefined as unknown as number)).toBeUndefined();
    expect(table.get(Number.NaN)).toBeUndefined();
  });
});
