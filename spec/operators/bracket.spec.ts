import { describe, expect, it } from '@jest/globals';
import { EMPTY, NEVER, Observable, Subject, config, map, of, switchMap, take, throwError } from 'rxjs';
import { bracket } from '../../lib/operators/bracket.js';
import { marbles } from '../helpers/marbles.js';

describe('bracket', () => {
  it(
    'holds the resource until unsubscription, and then releases it',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const acquire = cold('        --r|');
      const release = cold('             --x|');
      expectObservable(
        bracket(acquire, () => release),
        '-----!'
      ).toBe('--r');
      expectSubscriptions(acquire.subscriptions).toBe('  ^-!');
      expectSubscriptions(release.subscriptions).toBe('  -----^--!');
    })
  );

  it(
    'never completes by itself',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const release = cold('|');
      expectObservable(bracket(cold('(r|)'), () => release)).toBe('r---');
      expectSubscriptions(release.subscriptions).toBe([]);
    })
  );

  it(
    'takes one resource only',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const acquire = cold('        -r-s-t|');
      expectObservable(bracket(acquire, () => EMPTY)).toBe('-r');
      expectSubscriptions(acquire.subscriptions).toBe('  ^!');
    })
  );

  it(
    'releases a resource that arrives after unsubscription',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const acquire = cold('        ------r|');
      const release = cold('              --x|');
      expectObservable(
        bracket(acquire, () => release),
        '---!'
      ).toBe('----');
      expectSubscriptions(acquire.subscriptions).toBe('  ^-----!');
      expectSubscriptions(release.subscriptions).toBe('  ------^--!');
    })
  );

  it(
    'awaits an answer that never comes',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const acquire = cold('        -');
      expectObservable(
        bracket(acquire, () => EMPTY),
        '---!'
      ).toBe('-');
      expectSubscriptions(acquire.subscriptions).toBe('  ^');
    })
  );

  it(
    'has nothing to release when the acquisition fails, before or after unsubscription',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const release = cold('|');
      expectObservable(bracket(cold('--#'), () => release)).toBe('      --#');
      expectObservable(
        bracket(cold('----#'), () => release),
        '--!'
      ).toBe('-----');
      expectSubscriptions(release.subscriptions).toBe([]);
    })
  );

  it(
    'completes when there is no resource to be had',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const release = cold('|');
      expectObservable(bracket(cold('--|'), () => release)).toBe('--|');
      expectSubscriptions(release.subscriptions).toBe([]);
    })
  );

  it(
    'releases when what is downstream has enough, fails or throws',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const release = cold('|');
      expectObservable(bracket(cold('-r'), () => release).pipe(take(1))).toBe('                   -(r|)');
      expectObservable(bracket(cold('--r'), () => release).pipe(switchMap(() => cold('-#')))).toBe('---#');
      expectObservable(
        bracket(cold('-----r'), () => release).pipe(
          map(() => {
            throw 'error';
          })
        )
      ).toBe('-----#');
      expectSubscriptions(release.subscriptions).toBe(['-(^!)', '---(^!)', '-----(^!)']);
    })
  );

  it(
    'acquires and releases once for every subscription',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const acquire = cold('       -r|');
      const release = cold('         |');
      const held$ = bracket(acquire, () => release);
      expectObservable(held$, '    ^--!').toBe('    -r');
      expectObservable(held$, '    --^---!').toBe(' ---r');
      expectSubscriptions(acquire.subscriptions).toBe(['^!', '--^!']);
      expectSubscriptions(release.subscriptions).toBe(['---(^!)', '------(^!)']);
    })
  );

  it('gives back the very resource, and once', () => {
    const released: string[] = [];
    const subscription = bracket(of('r'), (resource) => (released.push(resource), EMPTY)).subscribe();
    subscription.unsubscribe();
    subscription.unsubscribe();
    expect(released).toEqual(['r']);
  });

  it('goes on with a release that nobody waits for', () => {
    const release = new Subject<void>();
    bracket(of('r'), () => release)
      .subscribe()
      .unsubscribe();
    expect(release.observed).toBe(true);
  });

  it.each<[string, () => Observable<never>]>([
    ['fails at once', () => throwError(() => new Error('no'))],
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['returns nothing', () => undefined as never],
  ])('drops what goes wrong in a release that %s, wherever it happens', async (_, release) => {
    const unhandled: unknown[] = [];
    config.onUnhandledError = (error) => unhandled.push(error);
    try {
      expect(() => bracket(of('r'), release).subscribe().unsubscribe()).not.toThrow();
      const late = new Subject<string>();
      bracket(late, release).subscribe().unsubscribe();
      expect(() => late.next('r')).not.toThrow();
      await new Promise(setImmediate);
      expect(unhandled).toEqual([]);
    } finally {
      config.onUnhandledError = null;
    }
  });

  it('errors when subscribing to the acquisition throws', () => {
    const errors: unknown[] = [];
    bracket(
      new Observable(() => {
        throw 'error';
      }),
      () => NEVER
    ).subscribe({ error: (error) => errors.push(error) });
    expect(errors).toEqual(['error']);
  });

  it('releases what it is granted at once and left for at once, in that order', () => {
    const log: string[] = [];
    const acquire = new Observable<string>((subscriber) => {
      subscriber.next('r');
      subscriber.next('s');
      subscriber.error('late');
    });
    bracket(acquire, (resource) => (log.push(`released ${resource}`), EMPTY))
      .pipe(take(1))
      .subscribe({ next: (resource) => log.push(`held ${resource}`), error: () => log.push('error') });
    expect(log).toEqual(['held r', 'released r']);
  });

  it(
    'holds on when the acquisition fails after it has granted',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const release = cold('                       |');
      expectObservable(
        bracket(cold('-r-#'), () => release),
        '-----!'
      ).toBe('-r---');
      expectSubscriptions(release.subscriptions).toBe('-----(^!)');
    })
  );

  it('may be held anew from within its own release', () => {
    const log: string[] = [];
    const held$: Observable<string> = bracket(of('r'), () => {
      log.push('released');
      if (log.length < 4) held$.subscribe(() => log.push('held')).unsubscribe();
      return EMPTY;
    });
    held$.subscribe(() => log.push('held')).unsubscribe();
    expect(log).toEqual(['held', 'released', 'held', 'released']);
  });
});
