import { describe, expect, it } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { Ring } from '../../lib/bytes/ring.js';

describe('Ring', () => {
  it('gives items back in the order they came', () => {
    const ring = new Ring<string>();
    for (const item of 'abc') ring.push(item);
    expect([ring.shift(), ring.shift(), ring.shift(), ring.shift()]).toEqual(['a', 'b', 'c', undefined]);
  });

  it('shows the head without taking it', () => {
    const ring = new Ring<string>();
    expect(ring.peek()).toBeUndefined();
    ring.push('a');
    ring.push('b');
    expect([ring.peek(), ring.peek(), ring.length]).toEqual(['a', 'a', 2]);
  });

  it('puts an item back in front', () => {
    const ring = new Ring<string>();
    ring.push('b');
    ring.unshift('a');
    expect([...ring]).toEqual(['a', 'b']);
  });

  it('keeps count and order while it grows around its end', () => {
    const ring = new Ring<number>();
    for (let n = 0; n < 10; n++) ring.push(n);
    for (let n = 0; n < 10; n++) ring.shift(); // the head now stands in the middle
    for (let n = 0; n < 1000; n++) ring.push(n);
    expect(ring.length).toBe(1000);
    expect([...ring]).toEqual(Array.from({ length: 1000 }, (_, n) => n));
  });

  it('is empty after clear, and works on', () => {
    const ring = new Ring<number>();
    for (let n = 0; n < 100; n++) ring.push(n);
    ring.clear();
    expect([ring.length, ring.peek(), ring.shift(), [...ring]]).toEqual([0, undefined, undefined, []]);
    ring.push(7);
    expect([...ring]).toEqual([7]);
  });

  it('can be gone over as often as one likes', () => {
    const ring = new Ring<number>();
    ring.push(1);
    ring.push(2);
    expect([[...ring], [...ring], ring.length]).toEqual([[1, 2], [1, 2], 2]);
  });

  it('does what an array does, whatever is asked of it', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constant('push' as const) },
      { weight: 4, arbitrary: fc.constant('shift' as const) },
      { weight: 2, arbitrary: fc.constant('unshift' as const) },
      { weight: 1, arbitrary: fc.constant('peek' as const) }
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const ring = new Ring<number>();
        const array: number[] = [];
        steps.forEach((each, n) => {
          if (each === 'push') void (ring.push(n), array.push(n));
          else if (each === 'unshift') void (ring.unshift(n), array.unshift(n));
          else if (each === 'shift') expect(ring.shift()).toBe(array.shift());
          else expect(ring.peek()).toBe(array[0]);
          expect(ring.length).toBe(array.length);
        });
        expect([...ring]).toEqual(array);
      })
    );
  });

  it('keeps no reference to what was taken', async () => {
    const ring = new Ring<object>();
    const taken = (() => {
      ring.push({ heavy: true });
      ring.push({ stays: true });
      return new WeakRef(ring.shift()!);
    })();
    for (let turn = 0; turn < 10 && taken.deref() !== undefined; turn++) {
      await new Promise(setImmediate); // a WeakRef holds on to its target for the current turn
      collectGarbage();
    }
    expect(taken.deref()).toBeUndefined();
    expect(ring.length).toBe(1);
  });
});

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
