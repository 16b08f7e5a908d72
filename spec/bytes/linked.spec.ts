import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Linked, type Place } from '../../lib/bytes/linked.js';

describe('a linked list', () => {
  it('keeps the order of its items, whichever of them are taken out', () => {
    const step = fc.oneof(fc.constant('push'), fc.constant('shift'), fc.constant('take'), fc.nat());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const list = new Linked<number>();
        const places: Place<number>[] = [];
        let model: number[] = [];
        for (const it of steps) {
          if (it === 'push') {
            model.push(places.length);
            places.push(list.push(places.length));
          } else if (it === 'shift') expect(list.shift()).toBe(model.shift());
          else if (it === 'take') {
            expect(list.take()).toEqual(model);
            model = [];
          } else if (places.length > 0) {
            const place = places[it % places.length]!;
            expect(list.delete(place)).toBe(model.includes(place.item));
            model = model.filter((item) => item !== place.item);
          }
          expect([[...list], list.size]).toEqual([model, model.length]);
          expect(places.map(({ item, isGone }) => isGone !== model.includes(item))).not.toContain(false);
        }
      })
    );
  });

  it('lets go of the neighbours of an item that was taken out', () => {
    const list = new Linked<string>();
    list.push('a');
    const place = list.push('b');
    list.push('c');
    list.delete(place);
    expect(place).toEqual({ item: 'b', before: undefined, after: undefined, isGone: true });
  });
});
