import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { steadyClock } from '../../lib/transport/steadyClock.js';

/** A clock whose sources are turned by hand. */
function byHand() {
  const time = { running: 1000, wall: 5_000_000 };
  const clock = steadyClock({ running: () => time.running, wall: () => time.wall });
  return {
    clock,
    pass: (running: number, wall = running) => {
      time.running += running;
      time.wall += wall;
      return clock.now() - 5_000_000;
    },
  };
}

describe('the steady clock', () => {
  it('begins at the time of day, so that its moments can be printed', () => {
    const { clock, pass } = byHand();
    expect([clock.now(), pass(10, -2_000_000)]).toEqual([5_000_000, 10]); // and does not follow it from then on
    expect(Math.abs(steadyClock().now() - Date.now())).toBeLessThan(60_000);
  });

  it('counts the time for which the machine was suspended', () => {
    const { pass } = byHand();
    expect([pass(10), pass(0, 5000), pass(10), pass(5, 3005)]).toEqual([10, 5010, 5020, 8025]);
  });

  it('does not go back or stand still with a wall clock that is set back, and sees a suspension after that', () => {
    const { pass } = byHand();
    expect([pass(10, -3_600_000), pass(10), pass(0, 2000), pass(10)]).toEqual([10, 20, 2020, 2030]);
  });

  it('takes a process that was stopped between its looks at both clocks for no suspension', () => {
    const time = { running: 0 };
    let stopped = 0;
    const wall = () => ((time.running += stopped), (stopped = 0), time.running);
    const { now } = steadyClock({ running: () => time.running, wall });
    stopped = 700;
    expect([now(), now(), ((time.running += 5), now())]).toEqual([0, 700, 705]);
  });

  it('is the monotonic clock for as long as the wall clock is adjusted by little at a time, or set back', () => {
    const step = fc.record({
      running: fc.integer({ min: 0, max: 10_000 }),
      gain: fc.oneof(fc.integer({ min: -100_000, max: 100 }), fc.constant(0)),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { pass } = byHand();
        let total = 0;
        for (const { running, gain } of steps) expect(pass(running, running + gain)).toBe((total += running));
      })
    );
  });

  it('never counts less than either clock has gained in one step', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: -10_000, max: 100_000 }), (running, gain) => {
        expect(byHand().pass(running, running + gain)).toBeGreaterThanOrEqual(Math.max(running, running + gain - 100));
      })
    );
  });

  it('takes its time from the system where nothing else is given', () => {
    const clock = steadyClock();
    const before = clock.now();
    const real = Date.now.bind(Date);
    const spy = jest.spyOn(Date, 'now').mockImplementation(() => real() + 60_000);
    try {
      expect(clock.now() - before).toBeGreaterThanOrEqual(59_000);
      expect(clock.now() - before).toBeLessThan(120_000);
    } finally {
      spy.mockRestore();
    }
  });
});
