import { describe, expect, it } from '@jest/globals';
import { BehaviorSubject, NEVER, type Observable, Subject, defer, finalize, range } from 'rxjs';
import { gateBy } from '../../lib/operators/gateBy.js';
import { marbles } from '../helpers/marbles.js';

const values = { t: true, f: false };

describe('gateBy', () => {
  it(
    'subscribes to the source at each opening, and unsubscribes at each closing',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const open$ = hot('    f-t---f-t', values);
      const source = cold('    -1-2-3');
      const expected = '     ---1-2---1-2-3';
      expectObservable(source.pipe(gateBy(open$))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(['--^---!', '--------^']);
    })
  );

  it(
    'takes open and open again for one opening',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const open$ = hot('    t-t-f-f-', values);
      const source = cold('  -1-2-3');
      expectObservable(source.pipe(gateBy(open$))).toBe('-1-2-');
      expectSubscriptions(source.subscriptions).toBe('   ^---!');
    })
  );

  it(
    'stays closed until it is told to open',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  1');
      expectObservable(source.pipe(gateBy(cold<boolean>('-')))).toBe('-');
      expectObservable(source.pipe(gateBy(cold('-f-', values)))).toBe('-');
      expectSubscriptions(source.subscriptions).toBe([]);
    })
  );

  it(
    'runs a source that completes once per opening',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const open$ = hot('    t---f-t--', values);
      const source = cold('  1|');
      expectObservable(source.pipe(gateBy(open$))).toBe('1-----1--');
      expectSubscriptions(source.subscriptions).toBe(['  ^!', '------^!']);
    })
  );

  it(
    'completes with the gate when closed, and with the source when the gate stays open',
    marbles(({ hot, cold, expectObservable }) => {
      expectObservable(cold('-1-|').pipe(gateBy(hot('t-f-|', values)))).toBe('-1--|');
      expectObservable(cold('-1-|').pipe(gateBy(hot('t|', values)))).toBe('   -1-|');
      expectObservable(cold('-|').pipe(gateBy(hot('t---|', values)))).toBe('  ----|');
      expectObservable(cold('-1').pipe(gateBy(hot('t|', values)))).toBe('     -1-');
      expectObservable(cold('-1').pipe(gateBy(cold<boolean>('|')))).toBe('    |');
    })
  );

  it(
    'errors with either, and leaves the other',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const open$ = hot('    t----', values);
      const source = cold('  -1-------');
      expectObservable(cold('-1-#').pipe(gateBy(open$))).toBe('              -1-#');
      expectObservable(source.pipe(gateBy(hot('t-#', values)))).toBe('       -1#');
      expectSubscriptions(open$.subscriptions).toBe('                        ^--!');
      expectSubscriptions(source.subscriptions).toBe('                       ^-!');
    })
  );

  it(
    'leaves both when it is left',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const open$ = hot('    t------', values);
      const source = cold('  -1---2-');
      expectObservable(source.pipe(gateBy(open$)), '---!').toBe('-1--');
      expectSubscriptions(open$.subscriptions).toBe('   ^--!');
      expectSubscriptions(source.subscriptions).toBe('  ^--!');
    })
  );

  it(
    'can be closed by what passes through it',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const open$ = hot('    t-f', values);
      const source = cold('  --1-2');
      expectObservable(source.pipe(gateBy(open$))).toBe('---');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    })
  );

  it('can be closed by a source that emits at once, of which no more is heard', () => {
    const open$ = new BehaviorSubject(true);
    const seen: number[] = [];
    range(1, 5)
      .pipe(gateBy(open$))
      .subscribe((n) => {
        seen.push(n);
        open$.next(n !== 2);
      });
    expect(seen).toEqual([1, 2]);
  });

  it('leaves the source before anybody hears that it is closed', () => {
    const open$ = new Subject<boolean>();
    const log: string[] = [];
    NEVER.pipe(
      finalize(() => log.push('ended')),
      gateBy(open$)
    ).subscribe();
    open$.subscribe((open) => log.push(open ? 'open' : 'closed'));
    for (const open of [true, false]) open$.next(open);
    expect(log).toEqual(['open', 'ended', 'closed']);
  });

  it(
    'is left before it ever opened',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const open$ = hot('    f---t', values);
      const source = cold('  1');
      expectObservable(source.pipe(gateBy(open$)), '--!').toBe('---');
      expectSubscriptions(open$.subscriptions).toBe('   ^-!');
      expectSubscriptions(source.subscriptions).toBe([]);
    })
  );

  it(
    'errors with a gate that fails while closed, and with a source that throws when it is opened',
    marbles(({ hot, cold, expectObservable }) => {
      expectObservable(cold('1').pipe(gateBy(hot('f-#', values)))).toBe('--#');
      expectObservable(
        defer((): Observable<string> => {
          throw 'error';
        }).pipe(gateBy(hot('--t', values)))
      ).toBe('--#');
    })
  );

  it(
    'is silent with a source that never emits, and stays open for one that is empty',
    marbles(({ hot, cold, expectObservable }) => {
      expectObservable(cold('-').pipe(gateBy(hot('t-', values)))).toBe('---');
      expectObservable(cold('|').pipe(gateBy(hot('t-', values)))).toBe('---');
    })
  );
});
