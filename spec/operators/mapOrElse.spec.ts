import { describe, expect, it } from '@jest/globals';
import { type Observable, EMPTY, NEVER, Subject, concat, map, of, throwError } from 'rxjs';
import { ELSE, mapOrElse } from '../../lib/operators/mapOrElse.js';
import { marbles } from '../helpers/marbles.js';

/** Digits are doubled; other letters are looked up in a stream. */
const doubled = (later: (letter: string) => Observable<string>) =>
  mapOrElse((letter: string) => (/\d/.test(letter) ? letter + letter : ELSE), later);

describe('mapOrElse', () => {
  it(
    'emits the result of a value, and completes with the source',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--1--|');
      expectObservable(source.pipe(doubled(() => EMPTY))).toBe('--r--|', { r: '11' });
      expectSubscriptions(source.subscriptions).toBe('^----!');
    })
  );

  it(
    'goes on with the other stream where there is no result yet, and completes with that',
    marbles(({ cold, expectObservable }) => {
      const later = cold('--x|');
      expectObservable(cold('-a|').pipe(doubled(() => later))).toBe('---x|');
    })
  );

  it(
    'passes errors on: of the source, of the other stream, and of both functions',
    marbles(({ cold, expectObservable }) => {
      const fails = () => {
        throw 'error' as unknown as Error;
      };
      expectObservable(cold('--#').pipe(doubled(() => EMPTY))).toBe('--#');
      expectObservable(cold('-a|').pipe(doubled(() => cold('-#')))).toBe('--#');
      expectObservable(cold('-a|').pipe(doubled(fails))).toBe('-#');
      expectObservable(cold('-a|').pipe(mapOrElse(fails, () => EMPTY))).toBe('-#');
    })
  );

  it(
    'ends both when it is unsubscribed',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [source, later] = [cold('-a---'), cold('-x---')];
      expectObservable(source.pipe(doubled(() => later)), '----!').toBe('--x--');
      expectSubscriptions(source.subscriptions).toBe('^---!');
      expectSubscriptions(later.subscriptions).toBe('-^--!');
    })
  );

  it(
    'emits nothing of nothing, and nothing of a source that never says anything',
    marbles(({ expectObservable }) => {
      expectObservable(EMPTY.pipe(doubled(() => EMPTY))).toBe('|');
      expectObservable(NEVER.pipe(doubled(() => EMPTY))).toBe('');
    })
  );

  it('has a result that is undefined, too', () => {
    const seen: unknown[] = [];
    const nothing = mapOrElse<number, unknown>(
      () => undefined,
      () => of(2)
    );
    of(1)
      .pipe(nothing)
      .subscribe((value) => seen.push(value));
    expect(seen).toEqual([undefined]);
  });

  it('does not call a fault of its subscriber one of its own', () => {
    const later: string[] = [];
    const source$ = new Subject<string>();
    const failing$ = source$.pipe(
      doubled(() => throwError(() => new Error('not asked'))),
      map(() => {
        throw new Error('of the subscriber');
      })
    );
    concat(failing$).subscribe({ error: ({ message }: Error) => later.push(message) });
    source$.next('1');
    expect(later).toEqual(['of the subscriber']);
  });
});
