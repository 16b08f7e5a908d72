import { beforeEach, describe, expect, it } from '@jest/globals';
import { EMPTY, type Observable, map, of, repeat, retry, throwError } from 'rxjs';
import { refusing } from '../../lib/operators/refusing.js';
import { VirtualTime } from '../helpers/virtualTime.js';

let time: VirtualTime;
let log: string[];
beforeEach(() => {
  time = new VirtualTime();
  log = [];
});

const watch = (it$: Observable<unknown>) =>
  it$.subscribe({
    next: (value) => log.push(`${String(value)}`),
    error: (error: unknown) => log.push(`! ${String(error)}`),
    complete: () => log.push('|'),
  });
const no = () => throwError(() => 'no');
const done = () => EMPTY;

describe('what is refused', () => {
  it('does not reach its source, and ends in a turn of its own', () => {
    let refuses = true;
    const it$ = of('value').pipe(refusing(() => refuses, time, 0, [no]));
    watch(it$);
    expect(log).toEqual([]);
    time.advance(0);
    refuses = false;
    watch(it$);
    expect(log).toEqual(['! no', 'value', '|']);
  });

  it('comes to an end where errors and completions take turns, whatever is repeated', () => {
    for (const ends of [
      [no, done],
      [done, no],
      [no, no, done],
    ]) {
      watch(
        of(1).pipe(
          refusing(() => true, time, 0, ends),
          retry()
        )
      );
      time.advance(0);
      watch(
        of(1).pipe(
          refusing(() => true, time, 0, ends),
          repeat()
        )
      );
      time.advance(0);
    }
    expect(log).toEqual(['|', '! no', '|', '! no', '|', '! no']);
  });

  it('lets time pass where it goes on for ever', () => {
    let tries = 0;
    const subscription = watch(
      of(1).pipe(
        refusing(() => true, time, 1, [no]),
        retry({ delay: () => of(tries++) }),
        map(String)
      )
    );
    time.advance(100);
    subscription.unsubscribe();
    expect([tries, log]).toEqual([100, []]);
    time.advance(100);
    expect(tries).toBe(100);
  });

  it('is the same for all who ask once in a while', () => {
    const it$ = of(1).pipe(refusing(() => true, time, 0, [no, done]));
    for (let i = 0; i < 3; i++) {
      watch(it$);
      time.advance(2001);
    }
    expect(log).toEqual(['! no', '! no', '! no']);
  });
});
