import { describe, expect, it } from '@jest/globals';
import type { SchedulerLike } from 'rxjs';
import { dueAt } from '../../lib/operators/dueAt.js';
import { VirtualTime } from '../helpers/virtualTime.js';

/** A clock that can leap, over timers that do not. */
function leaping() {
  const time = new VirtualTime();
  const clock = { leapt: 0 };
  const scheduler: SchedulerLike = {
    now: () => time.now() + clock.leapt,
    schedule: time.schedule.bind(time),
  };
  const log: string[] = [];
  const wait = (at: number) =>
    dueAt(at, scheduler).subscribe({ next: () => log.push(`due ${time.now()}`), complete: () => log.push('|') });
  return { time, clock, log, wait };
}

describe('a moment that is waited for', () => {
  it.each([[0], [1], [250], [251], [10_000]])('comes when the clock says so: %d', (at) => {
    const { time, log, wait } = leaping();
    wait(at);
    expect(log).toEqual([]);
    if (at > 0) time.advance(at - 1);
    if (at > 0) expect(log).toEqual([]);
    time.advance(1);
    expect(log).toEqual([`due ${at}`, '|']);
  });

  it('comes at once when it has passed, but not before others have had their turn', () => {
    const { time, log, wait } = leaping();
    time.advance(100);
    wait(50);
    expect(log).toEqual([]);
    time.advance(0);
    expect(log).toEqual(['due 100', '|']);
  });

  it('comes where what is left is too little to move the clock', () => {
    let looks = 0;
    const time = new VirtualTime();
    const clock = 2 ** 40 + 0.1; // a part of a millisecond is rounded away where the clock adds it
    const scheduler: SchedulerLike = {
      now: () => (looks++, clock + Math.floor(time.now())),
      schedule: time.schedule.bind(time),
    };
    let due = false;
    dueAt(clock + 0.0005, scheduler).subscribe(() => (due = true));
    time.advance(5);
    expect([due, looks]).toEqual([true, 2]);
  });

  it('comes soon after the clock has leapt over it', () => {
    const { time, clock, log, wait } = leaping();
    wait(60_000);
    time.advance(1100);
    clock.leapt = 59_000;
    time.advance(250);
    expect(log).toEqual(['due 1250', '|']);
  });

  it('is not waited for any more when nobody does', () => {
    const { time, log, wait } = leaping();
    wait(1000).unsubscribe();
    time.advance(5000);
    expect([log, time.actions.length]).toEqual([[], 0]);
  });
});
