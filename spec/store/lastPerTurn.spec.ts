import { describe, expect, it } from '@jest/globals';
import { NEVER, Subject, asapScheduler, concat, of, throwError } from 'rxjs';
import { lastPerTurn } from '../../lib/store/lastPerTurn.js';
import { VirtualTime } from '../helpers/virtualTime.js';
import { marbles } from '../helpers/marbles.js';

const burst = <T>() => lastPerTurn<T>(asapScheduler);

describe('lastOfBurst', () => {
  it(
    'passes on the last value of each turn',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('        -a-(bcd)--e-|');
      expectObservable(source.pipe(burst())).toBe('-a-d------e-|');
      expectSubscriptions(source.subscriptions).toBe('^-----------!');
    })
  );

  it(
    'passes on the end after what it holds back, and an error before it',
    marbles(({ hot, expectObservable }) => {
      expectObservable(hot('-(ab|)').pipe(burst())).toBe('-(b|)');
      expectObservable(hot('-(ab#)').pipe(burst())).toBe('-#');
      expectObservable(hot('-|').pipe(burst())).toBe('    -|');
      expectObservable(hot('-').pipe(burst())).toBe('     -');
    })
  );

  it('drops what it holds back when it is left', () => {
    const time = new VirtualTime();
    const source = new Subject<string>();
    const seen: string[] = [];
    const subscription = source.pipe(lastPerTurn(time)).subscribe((value) => seen.push(value));
    source.next('a');
    subscription.unsubscribe();
    time.advance(1);
    expect([seen, source.observed]).toEqual([[], false]);
  });

  it('passes on the last of what comes while subscribing before that is over, and never waits for it again', () => {
    const time = new VirtualTime();
    const seen: unknown[] = [];
    const observer = {
      next: (value: string) => seen.push(value),
      error: () => seen.push('#'),
      complete: () => seen.push('|'),
    };
    concat(of('a', 'b'), NEVER).pipe(lastPerTurn(time)).subscribe(observer);
    expect(seen.splice(0)).toEqual(['b']);
    of('a', 'b').pipe(lastPerTurn(time)).subscribe(observer);
    expect(seen.splice(0)).toEqual(['b', '|']);
    concat(
      of('a'),
      throwError(() => 'error')
    )
      .pipe(lastPerTurn(time))
      .subscribe(observer);
    expect(seen.splice(0)).toEqual(['#']);
    const source = new Subject<string>();
    concat(of('a'), source).pipe(lastPerTurn(time)).subscribe(observer);
    source.next('b');
    source.next('c');
    expect(seen.splice(0)).toEqual(['a']);
    time.advance(0);
    expect(seen).toEqual(['c']);
  });

  it(
    'has a state of its own for each subscription',
    marbles(({ hot, expectObservable }) => {
      const shared = hot('         -(ab)-c').pipe(burst());
      expectObservable(shared).toBe('-b----c');
      expectObservable(shared, '--^').toBe('------c');
    })
  );
});
