import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Call } from '../../../lib/arakoon/session/call.js';
import { Calls } from '../../../lib/arakoon/session/calls.js';
import { MinHeap } from '../../../lib/bytes/minHeap.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

const callUntil = (deadline: number) =>
  ({ to: { node: undefined, master: true, deadline }, waits: false }) as unknown as Call;

describe('calls under way', () => {
  it('each end at their deadline, in time and in order, whatever others come and go', () => {
    const call = fc.record({
      at: fc.nat({ max: 50 }),
      lasts: fc.integer({ min: 1, max: 400 }).map((tenths) => tenths / 10),
      leaves: fc.option(fc.nat({ max: 50 }).map((ms) => ms + 0.05)),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 40 }), (script) => {
        const time = new VirtualTime();
        const ended: [number, number][] = [];
        const calls: Calls = new Calls(time, (it) => {
          ended.push([it.to.deadline, time.now()]);
          calls.delete(it);
        });
        const wanted: number[] = [];
        for (const { at, lasts, leaves } of script) {
          time.schedule(() => {
            const it = callUntil(time.now() + lasts);
            calls.add(it);
            if (leaves !== null) time.schedule(() => calls.delete(it), leaves);
            if (leaves === null || leaves > lasts) wanted.push(it.to.deadline);
          }, at);
        }
        time.advance(1000);
        expect(ended.map(([deadline]) => deadline)).toEqual(wanted.sort((a, b) => a - b));
        for (const [deadline, now] of ended) expect(now).toBeCloseTo(deadline);
      })
    );
  });

  it('cost nothing while others end: a deadline looks at those of its own millisecond', () => {
    const time = new VirtualTime();
    let looks = 0;
    // prettier-ignore
    const watched = (deadline: number) => ({ waits: false, get to() { return looks++, { deadline }; } }) as unknown as Call;
    const calls: Calls = new Calls(time, (it) => calls.delete(it));
    for (let i = 0; i < 10_000; i++) calls.add(watched(1_000_000 + i));
    for (let i = 1; i <= 100; i++) calls.add(callUntil(i));
    looks = 0;
    time.advance(1000);
    expect(looks).toBe(0);
  });

  it('that wait for a master are taken out once, without those that have ended', () => {
    const calls = new Calls(new VirtualTime(), () => undefined);
    const [a, b, c] = [callUntil(1), callUntil(2), callUntil(2)];
    for (const it of [a, b, c]) {
      calls.add(it);
      calls.wait(it);
    }
    calls.delete(b);
    expect([[...calls.takeWaiting()], [...calls.takeWaiting()], a.waits]).toEqual([[a, c], [], false]);
  });
});

describe('a heap', () => {
  it('gives the smallest number first', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer(), fc.constant('pop'))), (steps) => {
        const [heap, model]: [MinHeap, number[]] = [new MinHeap(), []];
        for (const step of steps) {
          if (typeof step === 'number') (heap.push(step), model.push(step), model.sort((a, b) => a - b));
          else if (model.length > 0) expect(heap.pop()).toBe(model.shift());
          expect(heap.least).toBe(model[0] ?? Infinity);
        }
      })
    );
  });
});
