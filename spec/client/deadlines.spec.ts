import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Deadlines, type Expiring } from '../../lib/client/deadlines.js';
import { VirtualTime } from '../helpers/virtualTime.js';

/** A deadline, and what happens then. */
const due = (deadline: number, expire: () => void = () => undefined): Expiring => ({ deadline, expire });

describe('deadlines', () => {
  it('expire in time and in order, whatever others come and go', () => {
    const one = fc.record({
      at: fc.nat({ max: 50 }),
      lasts: fc.integer({ min: 1, max: 400 }).map((tenths) => tenths / 10),
      leaves: fc.option(fc.nat({ max: 50 }).map((ms) => ms + 0.05)),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 40 }), (script) => {
        const time = new VirtualTime();
        const deadlines = new Deadlines(time);
        const expired: [number, number][] = [];
        const wanted: number[] = [];
        for (const { at, lasts, leaves } of script) {
          time.schedule(() => {
            const it = due(time.now() + lasts, () => expired.push([it.deadline, time.now()]));
            deadlines.add(it);
            if (leaves !== null) time.schedule(() => deadlines.delete(it), leaves);
            if (leaves === null || leaves > lasts) wanted.push(it.deadline);
          }, at);
        }
        time.advance(1000);
        expect(expired.map(([deadline]) => deadline)).toEqual(wanted.sort((a, b) => a - b));
        for (const [deadline, now] of expired) expect(now).toBeCloseTo(deadline);
      })
    );
  });

  it('cost nothing while others expire: a timer looks at those of its own millisecond', () => {
    const time = new VirtualTime();
    const deadlines = new Deadlines(time);
    let looks = 0;
    // prettier-ignore
    const watched = (deadline: number) => ({ get deadline() { return looks++, deadline; }, expire: () => undefined });
    for (let i = 0; i < 10_000; i++) deadlines.add(watched(1_000_000 + i));
    for (let i = 1; i <= 100; i++) deadlines.add(due(i));
    looks = 0;
    time.advance(1000);
    expect(looks).toBe(0);
  });

  it('have one timer, which is moved forward for an earlier one', () => {
    const time = new VirtualTime();
    const deadlines = new Deadlines(time);
    for (const deadline of [500, 900, 900, 300, 700]) deadlines.add(due(deadline));
    expect(time.actions.filter(({ closed }) => !closed)).toHaveLength(1);
    const expired: number[] = [];
    deadlines.add(due(100, () => expired.push(time.now())));
    time.advance(1000);
    expect(expired).toEqual([100]);
  });

  it('wait for what the sockets have brought while the process stood still', () => {
    const time = new VirtualTime();
    let pauses = 0;
    time.now = () => time.frame + pauses;
    const deadlines = new Deadlines(time);
    const expired: string[] = [];
    const one = (name: string, lasts: number) => {
      const it = due(time.now() + lasts, () => expired.push(name));
      deadlines.add(it);
      return it;
    };
    const answered = one('answered', 100);
    one('not answered', 100);
    pauses = 1000;
    time.advance(100);
    expect(expired).toEqual([]);
    deadlines.delete(answered);
    const next = one('of another pause', 100);
    pauses = 2000;
    time.advance(10);
    expect(expired).toEqual(['not answered']);
    deadlines.delete(next);
    one('no pause', 100);
    time.advance(99);
    expect(expired).toEqual(['not answered']);
    time.advance(1);
    expect(expired).toEqual(['not answered', 'no pause']);
  });

  it('wait after a pause for as long as answers keep coming, and a second at most', () => {
    for (const [answers, lasts] of [
      [5, 60],
      [200, 1000],
    ] as const) {
      const time = new VirtualTime();
      let pause = 0;
      time.now = () => time.frame + pause;
      const deadlines = new Deadlines(time);
      const waiting = Array.from({ length: answers }, () => due(100));
      let expired: number | undefined;
      for (const it of waiting) deadlines.add(it);
      deadlines.add(due(100, () => (expired = time.frame)));
      pause = 500;
      time.schedule(() => {
        for (const [i, it] of waiting.entries()) time.schedule(() => deadlines.delete(it), i * 10 + 5);
      }, 100);
      time.advance(5000);
      expect(expired).toBe(100 + lasts);
    }
  });

  it('may take the place of one that expires, within the same millisecond', () => {
    const time = new VirtualTime();
    const deadlines = new Deadlines(time);
    const expired: number[] = [];
    const again = due(10.6, () => expired.push(time.now()));
    const first = due(10.2, () => {
      deadlines.delete(first);
      deadlines.add(again);
    });
    deadlines.add(first);
    deadlines.add(due(20));
    time.advance(100);
    expect(expired).toEqual([10.6]);
  });

  it('expire once, also when nothing takes them out', () => {
    const time = new VirtualTime();
    const deadlines = new Deadlines(time);
    let count = 0;
    deadlines.add(due(10, () => count++));
    time.advance(100);
    expect([count, time.actions.length]).toEqual([1, 0]);
  });

  it('that were cleared do nothing to later ones of their millisecond when they are taken out', () => {
    const deadlines = new Deadlines(new VirtualTime());
    const [old, other, later] = [due(10), due(10), due(10)];
    const ended: Expiring[] = [];
    for (const it of [old, other]) deadlines.add(it);
    deadlines.clear((it) => {
      ended.push(it);
      deadlines.delete(other); // it is taken out by the end of the one before it
    });
    deadlines.add(later);
    deadlines.delete(old);
    expect([ended, deadlines.size]).toEqual([[old], 1]);
    deadlines.delete(later);
    expect(deadlines.size).toBe(0);
  });

  it('leave no timer behind once they are cleared, and take none after that', () => {
    const time = new VirtualTime();
    const deadlines = new Deadlines(time);
    const ended: number[] = [];
    let count = 0;
    deadlines.add(due(10, () => count++));
    deadlines.clear(({ deadline }) => ended.push(deadline));
    deadlines.add(due(10, () => count++));
    time.advance(100);
    expect([count, ended, time.actions.length]).toEqual([0, [10], 0]);
  });
});
