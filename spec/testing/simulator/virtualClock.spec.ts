import { describe, expect, it } from '@jest/globals';
import { interval, take, timer } from 'rxjs';
import { ProcessClock } from '../../../lib/testing/simulator/processClock.js';
import { VirtualClock } from '../../../lib/testing/simulator/virtualClock.js';

describe('a virtual clock', () => {
  it('runs tasks in the order of their times, and at one time in the order of scheduling', () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    for (const [name, delay] of [
      ['c', 20],
      ['a', 10],
      ['d', 20],
      ['b', 10],
    ] as const)
      clock.schedule(() => log.push(`${name} ${clock.now()}`), delay);
    clock.advance(15);
    expect(log).toEqual(['a 10', 'b 10']);
    expect(clock.now()).toBe(15);
    clock.advance(5);
    expect(log).toEqual(['a 10', 'b 10', 'c 20', 'd 20']);
  });

  it('runs a task that a task schedules for now behind those that were there', () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    clock.schedule(() => (log.push('first'), clock.schedule(() => log.push('third'))));
    clock.schedule(() => log.push('second'));
    clock.advance(0);
    expect(log).toEqual(['first', 'second', 'third']);
  });

  it('turns the timers of RxJS, and counts those that wait', () => {
    const clock = new VirtualClock();
    const log: number[] = [];
    interval(10, clock)
      .pipe(take(3))
      .subscribe((n) => log.push(n));
    const forgotten = timer(1000, clock).subscribe();
    expect(clock.pending).toBe(2);
    forgotten.unsubscribe();
    expect(clock.pending).toBe(1);
    clock.advance(1000);
    expect(log).toEqual([0, 1, 2]);
    expect(clock.pending).toBe(0);
  });

  it('ends the advance with the error that a task throws', () => {
    const clock = new VirtualClock();
    clock.schedule(() => {
      throw new RangeError('no');
    }, 5);
    expect(() => clock.advance(10)).toThrow(RangeError);
    expect(clock.now()).toBe(5);
  });
});

describe('the clock of a process', () => {
  it('runs timers late while the event loop stalls, and counts that time', () => {
    const world = new VirtualClock();
    const clock = new ProcessClock(world);
    const log: number[] = [];
    for (const delay of [10, 30, 80]) clock.schedule(() => log.push(clock.now()), delay);
    clock.stall(50);
    world.advance(100);
    expect(log).toEqual([50, 50, 80]);
  });

  it('does not count the time for which its machine is suspended, and its timers wait as much longer', () => {
    const world = new VirtualClock();
    const clock = new ProcessClock(world);
    const log: [number, number][] = [];
    clock.schedule(() => log.push([clock.now(), world.now()]), 30);
    world.advance(10);
    clock.suspend(1000);
    world.advance(500);
    expect(clock.now()).toBe(10);
    expect(clock.wallNow()).toBe(10); // nobody in the process can look at it
    world.advance(500);
    expect(clock.wallNow()).toBe(1010);
    world.advance(500);
    expect(log).toEqual([[30, 1030]]);
  });
});
