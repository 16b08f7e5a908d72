import { describe, expect, it } from '@jest/globals';
import { Subject, from, of, take } from 'rxjs';
import { conflateMap } from '../../lib/operators/conflateMap.js';
import { marbles } from '../helpers/marbles.js';

describe('conflateMap', () => {
  it(
    'runs one at a time and then once more for the newest value',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const source = hot('  -a-b-c-------d----|');
      const run = '          -----(x|)';
      const expected = '    ------a----c------(d|)';

      expectObservable(source.pipe(conflateMap((value) => cold(run, { x: value })))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^-----------------!');
    })
  );

  it(
    'emits under a stream of values that never pauses',
    marbles(({ hot, cold, expectObservable }) => {
      const source = hot('  abcdefghij|');
      const run = '         ---(x|)';
      const expected = '    ---a--d--g--(j|)'; // switchMap would give only j; exhaustMap a, d, g and then nothing

      expectObservable(source.pipe(conflateMap((value) => cold(run, { x: value })))).toBe(expected);
    })
  );

  it(
    'subscribes to one run at a time',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const source = hot('  a-bc---|');
      const runs = { a: cold('----|'), b: cold('----|'), c: cold('----|') };
      expectObservable(source.pipe(conflateMap((value) => runs[value as 'a']))).toBe('--------|');
      expectSubscriptions(runs.a.subscriptions).toBe('^---!');
      expectSubscriptions(runs.b.subscriptions).toBe([]);
      expectSubscriptions(runs.c.subscriptions).toBe('----^---!');
    })
  );

  it(
    'passes on all that a run emits, and nothing of a run that is empty',
    marbles(({ hot, cold, expectObservable }) => {
      expectObservable(hot('-a---b-|').pipe(conflateMap(() => cold('xy-z|')))).toBe('-xy-zxy-z|');
      expectObservable(hot('-a---b-|').pipe(conflateMap(() => cold('|')))).toBe('      -------|');
    })
  );

  it(
    'is silent with a source that never emits, and completes with one that is empty',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const [never, empty] = [cold('-'), cold('--|')];
      expectObservable(never.pipe(conflateMap((value) => of(value)))).toBe('-');
      expectObservable(empty.pipe(conflateMap((value) => of(value)))).toBe('--|');
      expectSubscriptions(never.subscriptions).toBe('^');
      expectSubscriptions(empty.subscriptions).toBe('^-!');
      expectObservable(hot('a|').pipe(conflateMap(() => cold('-')))).toBe('-');
    })
  );

  it(
    'runs once more for what waits when the source completes',
    marbles(({ hot, cold, expectObservable }) => {
      const source = hot('  ab|');
      const run = '         ----(x|)';
      const expected = '    ----a---(b|)';
      expectObservable(source.pipe(conflateMap((value) => cold(run, { x: value })))).toBe(expected);
    })
  );

  it(
    'takes undefined for a value like any other',
    marbles(({ hot, cold, expectObservable }) => {
      const source = hot<undefined>('uu|', { u: undefined });
      expectObservable(source.pipe(conflateMap(() => cold('--(x|)')))).toBe('--x-(x|)');
    })
  );

  it('loses nothing when the runs are synchronous', () => {
    const seen: number[] = [];
    from([1, 2, 3])
      .pipe(conflateMap((n) => of(n)))
      .subscribe((n) => seen.push(n));
    expect(seen).toEqual([1, 2, 3]);
  });

  it('takes a value that its own output provokes', () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    source.pipe(conflateMap((n) => of(n))).subscribe((n) => {
      seen.push(n);
      if (n < 3) source.next(n + 1);
    });
    source.next(1);
    expect(seen).toEqual([1, 2, 3]);
  });

  it(
    'makes one value of those that wait, when told how',
    marbles(({ hot, cold, expectObservable }) => {
      const source = hot('  abcd----e|');
      const run = '         ----(x|)';
      const expected = '    ----a---(s)-(e|)';
      const combined = source.pipe(
        conflateMap((value) => cold(run, { x: value }), { combine: (waiting, newest) => waiting + newest })
      );
      expectObservable(combined).toBe(expected, { a: 'a', s: 'bcd', e: 'e' });
    })
  );

  it(
    'keeps nothing from one subscription to the next',
    marbles(({ cold, expectObservable }) => {
      const twice = cold('ab').pipe(conflateMap((value) => cold('---(x|)', { x: value })));
      expectObservable(twice, '^-!').toBe('---');
      expectObservable(twice, '---^').toBe('------a--b');
    })
  );

  it(
    'cancels the run under way, and drops what waits, when it is left',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const source = hot('  -a-b-----');
      const run = cold('     ------x|');
      const unsub = '       ----!';

      expectObservable(source.pipe(conflateMap(() => run)), unsub).toBe('-----');
      expectSubscriptions(source.subscriptions).toBe('^---!');
      expectSubscriptions(run.subscriptions).toBe(' -^--!');
    })
  );

  it(
    'passes on the error of a run, of the source, of the projection, and of the combination',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const sources = [hot('-a-b'), hot('-a-#'), hot('-a-b'), hot('-abc')];
      const fail = () => {
        throw 'error';
      };
      const run = cold('------x|');
      expectObservable(sources[0]!.pipe(conflateMap(() => cold('-#')))).toBe('           --#');
      expectObservable(sources[1]!.pipe(conflateMap(() => run))).toBe('                  ---#');
      expectObservable(sources[2]!.pipe(conflateMap(fail))).toBe('                       -#');
      expectObservable(sources[3]!.pipe(conflateMap(() => run, { combine: (): string => fail() }))).toBe('---#');
      expectSubscriptions(sources[0]!.subscriptions).toBe('                              ^-!');
      expectSubscriptions(sources[2]!.subscriptions).toBe('                              ^!');
      expectSubscriptions(run.subscriptions).toBe(['                                     -^-!', '-^-!']);
    })
  );

  it('takes a value that comes while the projection is made', () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    const again = (n: number) => {
      if (n < 3) source.next(n + 1);
      return of(n);
    };
    source.pipe(conflateMap(again)).subscribe((n) => seen.push(n));
    source.next(1);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('keeps the newest of those that its own output provokes', () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    source.pipe(conflateMap((n) => of(n))).subscribe((n) => {
      seen.push(n);
      if (n === 1) for (const next of [2, 3, 4]) source.next(next);
    });
    source.next(1);
    expect(seen).toEqual([1, 4]);
  });

  it(
    'runs nothing more, once what is downstream has enough',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const source = hot('ab----');
      const run = cold('  --x|');
      expectObservable(
        source.pipe(
          conflateMap(() => run),
          take(1)
        )
      ).toBe('--(x|)');
      expectSubscriptions(source.subscriptions).toBe('^-!');
      expectSubscriptions(run.subscriptions).toBe('   ^-!');
    })
  );

  it(
    'drops what waits when the source fails',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const run = cold('                                           ---x|');
      expectObservable(hot('ab#').pipe(conflateMap(() => run))).toBe('--#');
      expectSubscriptions(run.subscriptions).toBe('                 ^-!');
    })
  );

  it('accepts promises, arrays and whatever else is like an Observable', () => {
    const seen: number[] = [];
    from([1, 2])
      .pipe(conflateMap((n) => [n, n * 10]))
      .subscribe((n) => seen.push(n));
    expect(seen).toEqual([1, 10, 2, 20]);
  });
});
