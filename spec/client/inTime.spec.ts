import { beforeEach, describe, expect, it } from '@jest/globals';
import { EMPTY, Subject, of, throwError } from 'rxjs';
import { elapsed, inTime } from '../../lib/client/inTime.js';
import { VirtualTime } from '../helpers/virtualTime.js';

let time: VirtualTime;
let pause: number;
let seen: unknown[];
const watched = {
  next: (value: unknown) => seen.push(value),
  error: (error: unknown) => seen.push(error),
  complete: () => seen.push('over'),
};
const late = () => throwError(() => 'late');

beforeEach(() => {
  time = new VirtualTime();
  pause = 0;
  seen = [];
  time.now = () => time.frame + pause;
});

describe('a source that must emit in time', () => {
  it('is late after so many milliseconds', () => {
    new Subject().pipe(inTime(100, time, late)).subscribe(watched);
    time.advance(99);
    expect(seen).toEqual([]);
    time.advance(1);
    expect(seen).toEqual(['late']);
  });

  it('may take as long as it likes after its first value', () => {
    const source$ = new Subject<string>();
    source$.pipe(inTime(100, time, late)).subscribe(watched);
    source$.next('first');
    time.advance(1000);
    source$.next('second');
    source$.complete();
    expect(seen).toEqual(['first', 'second', 'over']);
    expect(time.actions.filter(({ closed }) => !closed)).toEqual([]);
  });

  it.each([
    ['a value', of('value'), ['value', 'over']],
    ['its end', EMPTY, ['over']],
    ['an error', throwError(() => 'broken'), ['broken']],
  ])('passes on %s at once, and leaves no timer', (_, source$, wanted) => {
    source$.pipe(inTime(100, time, late)).subscribe(watched);
    expect(seen).toEqual(wanted);
    expect(time.actions).toEqual([]);
  });

  it('is in time if its value has arrived while the process stood still', () => {
    const source$ = new Subject<string>();
    source$.pipe(inTime(100, time, late)).subscribe(watched);
    pause = 500;
    time.advance(100);
    source$.next('read now');
    time.advance(1000);
    expect(seen).toEqual(['read now']);
  });

  it('is late after a pause too, when the sockets were read', () => {
    new Subject().pipe(inTime(100, time, late)).subscribe(watched);
    pause = 500;
    time.advance(109);
    expect(seen).toEqual([]);
    time.advance(1);
    expect(seen).toEqual(['late']);
  });
});

describe('a time that has elapsed', () => {
  it('is told once', () => {
    elapsed(100, time).subscribe(watched);
    time.advance(1000);
    expect(seen).toEqual([0, 'over']);
  });
});
