import { describe, expect, it } from '@jest/globals';
import { Subject, of } from 'rxjs';
import { switchAfterFirst } from '../../lib/operators/switchAfterFirst.js';
import { marbles } from '../helpers/marbles.js';

const always = () => true;
const notX = (value: string) => value !== 'x';

describe('switchAfterFirst', () => {
  it(
    'emits under a stream of values that never pauses',
    marbles(({ hot, cold, expectObservable }) => {
      const source = hot('  abcdefghij|');
      const run = '         ---(r|)';
      const expected = '    ---a--d--g--(j|)';
      expectObservable(source.pipe(switchAfterFirst((value) => cold(run, { r: value }), always))).toBe(expected);
    })
  );

  it(
    'cancels a run that has emitted',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const source = hot('  a------b----');
      const runs = { a: cold('--r--s--t'), b: cold('-u-----') };
      expectObservable(source.pipe(switchAfterFirst((value) => runs[value as 'a'], always))).toBe('--r--s--u');
      expectSubscriptions(runs.a.subscriptions).toBe('^------!');
      expectSubscriptions(runs.b.subscriptions).toBe('-------^');
    })
  );

  it(
    'goes on with the value that waits when a run ends without a result',
    marbles(({ hot, cold, expectObservable }) => {
      const source = hot('  ab---|');
      const runs = { a: cold('---|'), b: cold('-r|') };
      expectObservable(source.pipe(switchAfterFirst((value) => runs[value as 'a'], always))).toBe('----r|');
    })
  );

  it(
    'cancels a run, and drops the value that waits, for one that does not wait',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const source = hot('  a-b-x----c|');
      const runs = { a: cold('-----r'), b: cold('r'), c: cold('(t|)'), x: cold('(s|)') };
      expectObservable(source.pipe(switchAfterFirst((value) => runs[value as 'a'], notX))).toBe('----s----t|');
      expectSubscriptions(runs.a.subscriptions).toBe('^---!');
      expectSubscriptions(runs.b.subscriptions).toBe([]);
    })
  );

  it(
    'passes errors of the source and of a run on at once',
    marbles(({ hot, cold, expectObservable }) => {
      expectObservable(hot('a-#').pipe(switchAfterFirst(() => cold('-----r'), always))).toBe('--#');
      expectObservable(hot('ab--').pipe(switchAfterFirst(() => cold('--#'), always))).toBe('--#');
    })
  );

  it(
    'leaves the run when it is unsubscribed',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const run = cold('----r');
      expectObservable(hot('ab---').pipe(switchAfterFirst(() => run, always)), '--!').toBe('');
      expectSubscriptions(run.subscriptions).toBe('^-!');
    })
  );

  it('emits a result before the next run begins, also for values that come inside `next`', () => {
    const source = new Subject<number>();
    const seen: string[] = [];
    const work = (value: number) => {
      seen.push(`run ${value}`);
      return of(`result ${value}`);
    };
    source.pipe(switchAfterFirst(work, () => true)).subscribe((result) => {
      seen.push(result);
      if (result === 'result 1') [2, 3].forEach((value) => source.next(value));
    });
    source.next(1);
    expect(seen).toEqual(['run 1', 'result 1', 'run 3', 'result 3']);
  });
});
