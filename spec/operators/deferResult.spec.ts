import { describe, expect, it } from '@jest/globals';
import { EMPTY, NEVER, type Observable, concat, of, throwError } from 'rxjs';
import { deferResult } from '../../lib/operators/deferResult.js';
import { marbles } from '../helpers/marbles.js';

/** Doubles numbers; 0 in place of the error `'absent'`, and another error in place of each other one. */
const doubled = (request$: Observable<number>) =>
  deferResult(() => ({
    request$,
    result(reply: number) {
      if (reply === 13) throw new Error('unlucky');
      return reply * 2;
    },
    failed(error) {
      if (error === 'absent') return 0;
      throw new Error('refused', { cause: error });
    },
  }));

describe('the result of a request', () => {
  it.each([
    ['(a|)', '(x|)', 'of the reply'],
    ['--a--b|', '--x--y|', 'of each reply, at its time'],
    ['--|', '--|', 'of none'],
    ['---', '---', 'never, if there is no reply'],
  ])('%s → %s: %s', (request, result) => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(doubled(cold(request, { a: 1, b: 2 }))).toBe(result, { x: 2, y: 4 });
    })();
  });

  it('stands in place of an error, and completes', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(doubled(cold('--#', {}, 'absent'))).toBe('--(x|)', { x: 0 });
    })();
  });

  it('may be another error', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(doubled(cold('--#', {}, 'odd'))).toBe('--#', {}, new Error('refused', { cause: 'odd' }));
    })();
  });

  it('that cannot be made is an error, and ends the request', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const request$ = cold('-a-b-', { a: 13, b: 1 });
      expectObservable(doubled(request$)).toBe('-#', {}, new Error('unlucky'));
      expectSubscriptions(request$.subscriptions).toBe('^!');
    })();
    const seen: unknown[] = [];
    doubled(concat(of(13, 1), NEVER)).subscribe({ next: (value) => seen.push(value), error: () => seen.push('error') });
    expect(seen).toEqual(['error']);
  });

  it('ends its request when its subscriber leaves', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const request$ = cold('-a---b', { a: 1, b: 2 });
      expectObservable(doubled(request$), '---!').toBe('-x', { x: 2 });
      expectSubscriptions(request$.subscriptions).toBe('^--!');
    })();
  });

  it('is that of a new request for each subscription, and an error if none can be made', () => {
    let made = 0;
    const result$ = deferResult(() => {
      if (++made === 3) throw new Error('no more');
      return { request$: of(made), result: String, failed: () => 'none' };
    });
    const seen: string[] = [];
    const watcher = { next: (value: string) => seen.push(value), error: (error: Error) => seen.push(error.message) };
    for (let i = 0; i < 3; i++) result$.subscribe(watcher);
    expect(seen).toEqual(['1', '2', 'no more']);
  });

  it.each([
    ['none', EMPTY, []],
    ['an error at once', throwError(() => 'absent'), [0]],
  ])('comes at once where the request does not wait: %s', (_, request$, expected) => {
    const seen: number[] = [];
    doubled(request$).subscribe((value) => seen.push(value));
    expect(seen).toEqual(expected);
  });
});
