import { describe, expect, it } from '@jest/globals';
import { NEVER, Subject, concat, finalize, of, range, take } from 'rxjs';
import { type Lease, whileHeld } from '../../lib/index.js';
import { fakeLease } from '../helpers/fakeLease.js';
import { marbles } from '../helpers/marbles.js';

const leases = { l: fakeLease(1n) };

describe('whileHeld, in marbles', () => {
  it(
    'works once there is a lease, with it, and gives it back when the work is over',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const lock = hot('--l----', leases);
      const work = cold('-a|');
      expectObservable(lock.pipe(whileHeld(({ token }) => (token === 1n ? work : [])))).toBe('---a|');
      expectSubscriptions(work.subscriptions).toBe('--^-!');
      expectSubscriptions(lock.subscriptions).toBe('^---!');
    })
  );

  it(
    'goes on holding it when the work is over, where that was asked for',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const lock = hot('--l----', leases);
      const work = cold('-a|');
      expectObservable(lock.pipe(whileHeld(() => work, { keep: true })), '------!').toBe('---a---');
      expectSubscriptions(work.subscriptions).toBe('--^-!');
      expectSubscriptions(lock.subscriptions).toBe('^-----!');
    })
  );

  it(
    'is silent while there is no lease, and with work that has nothing to say or does not end',
    marbles(({ hot, cold, expectObservable }) => {
      expectObservable(cold<Lease>('-').pipe(whileHeld(() => of('a')))).toBe('-');
      expectObservable(hot('-l', leases).pipe(whileHeld(() => cold('|'), { keep: true }))).toBe('--');
      expectObservable(hot('-l', leases).pipe(whileHeld(() => cold('|')))).toBe('-|');
      expectObservable(hot('-l', leases).pipe(whileHeld(() => cold('-')))).toBe('--');
    })
  );

  it(
    'completes with a lock that never came to be held',
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold<Lease>('--|').pipe(whileHeld(() => of('a')))).toBe('--|');
    })
  );

  it(
    'errors with the lock, with the work, and with what fails to begin it, and leaves the others',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const [lock, work] = [hot('l----', leases), cold('a------')];
      expectObservable(hot('l-#', leases).pipe(whileHeld(() => work))).toBe('a-#');
      expectObservable(lock.pipe(whileHeld(() => cold('a-#')))).toBe('       a-#');
      expectObservable(
        lock.pipe(
          whileHeld(() => {
            throw 'error';
          })
        )
      ).toBe('#');
      expectObservable(cold<Lease>('-#').pipe(whileHeld(() => work))).toBe(' -#');
      expectSubscriptions(work.subscriptions).toBe('                 ^-!');
      expectSubscriptions(lock.subscriptions).toBe(['                ^-!', '(^!)']);
    })
  );

  it('has ended the work before anybody hears that the lease is lost', () => {
    const log: string[] = [];
    const lock = new Subject<Lease>();
    lock
      .pipe(whileHeld(() => NEVER.pipe(finalize(() => log.push('ended')))))
      .subscribe({ error: () => log.push('error') });
    lock.next(leases.l);
    lock.error('lost');
    expect(log).toEqual(['ended', 'error']);
  });

  it('ends the work, and then gives the lease back', () => {
    const log: string[] = [];
    const logged = (name: string) => finalize<never>(() => log.push(name));
    concat(of(leases.l), NEVER.pipe(logged('lock')))
      .pipe(whileHeld(() => NEVER.pipe(logged('work'))))
      .subscribe()
      .unsubscribe();
    expect(log).toEqual(['work', 'lock']);
  });

  it('stops work that says all at once when there is enough of it', () => {
    const seen: number[] = [];
    concat(of(leases.l), NEVER)
      .pipe(
        whileHeld(() => range(1, 5)),
        take(2)
      )
      .subscribe((n) => seen.push(n));
    expect(seen).toEqual([1, 2]);
  });
});
