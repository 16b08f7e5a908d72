import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MinHeap } from '../../lib/bytes/minHeap.js';

describe('a heap', () => {
  it('gives the smallest number first', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer(), fc.constant('pop'))), (steps) => {
        const [heap, model]: [MinHeap<number>, number[]] = [new MinHeap((a, b) => a < b), []];
        for (const step of steps) {
          if (typeof step === 'number') {
            heap.push(step);
            model.push(step);
            model.sort((a, b) => a - b);
          } else if (model.length > 0) expect(heap.pop()).toBe(model.shift());
          expect([heap.first, heap.items.length]).toEqual([model[0], model.length]);
        }
      })
    );
  });
});
