import { describe, expect, it } from '@jest/globals';
import { NEVER, Subject, concat, finalize, of, range, take } from 'rxjs';
import { type Leadership, whileLeader } from '../../lib/index.js';
import { LEADERSHIP as says } from '../helpers/fakeLease.js';
import { marbles } from '../helpers/marbles.js';

describe('whileLeader', () => {
  it(
    'works from the beginning of a leadership to its end, and anew in the next one',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const election = hot('c-l---c-L---', says);
      const work = cold('     a-b-c-');
      expectObservable(election.pipe(whileLeader(() => work)), '-----------!').toBe('--a-b---a-b-');
      expectSubscriptions(work.subscriptions).toBe(['--^---!', '--------^--!']);
    })
  );

  it(
    'gives the work its lease, a new one for a new leadership, without a break in between too',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const election = hot('l-l-L-L', says);
      const [first, second] = [cold('-a---'), cold('-b---')];
      expectObservable(election.pipe(whileLeader(({ token }) => (token === 1n ? first : second)))).toBe('-a---b');
      expectSubscriptions(first.subscriptions).toBe('^---!');
      expectSubscriptions(second.subscriptions).toBe('----^');
    })
  );

  it.each([
    ['stop', '--a-b-----a-', ['--^--!', '----------^-!']],
    ['keep', '--a-b-c-d-e-', ['--^---------!']],
    ['pause', '--a-b-----(cde)', ['--^------------!']],
  ] as const)('treats the work as it was told while in doubt: %s', (onSuspend, expected, subscriptions) =>
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const election = hot('c-l--p----l---', says);
      const work = cold('     a-b-c-d-e---');
      const until = onSuspend === 'pause' ? '---------------!' : '------------!';
      expectObservable(election.pipe(whileLeader(() => work, { onSuspend })), until).toBe(expected);
      expectSubscriptions(work.subscriptions).toBe([...subscriptions]);
    })()
  );

  it.each(['keep', 'pause', 'stop'] as const)(
    'ends the work when a doubt ends in a loss, and drops what was held back: %s',
    (onSuspend) =>
      marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
        const election = hot('l-p----c-', says);
        const work = cold('   -a---b---c');
        expectObservable(election.pipe(whileLeader(() => work, { onSuspend }))).toBe(
          onSuspend === 'keep' ? '-a---b-' : '-a'
        );
        expectSubscriptions(work.subscriptions).toBe(onSuspend === 'stop' ? '^-!' : '^------!');
      })()
  );

  it.each(['keep', 'pause'] as const)(
    'drops what was held back also when it leads by another lease afterwards: %s',
    (onSuspend) =>
      marbles(({ hot, cold, expectObservable }) => {
        const election = hot('l-----p---L', says);
        const [first, second] = [cold('--a----b'), cold('c')];
        expectObservable(
          election.pipe(whileLeader(({ token }) => (token === 1n ? first : second), { onSuspend }))
        ).toBe(onSuspend === 'keep' ? '--a----b--c' : '--a-------c');
      })()
  );

  it(
    'completes with the election, and ends the work',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const work = cold('                                                 a---');
      for (const onSuspend of ['stop', 'keep', 'pause'] as const) {
        expectObservable(hot('l--|', says).pipe(whileLeader(() => work, { onSuspend }))).toBe('a--|');
        expectObservable(hot<Leadership>('--|').pipe(whileLeader(() => work, { onSuspend }))).toBe('--|');
      }
      expectSubscriptions(work.subscriptions).toBe(['^--!', '^--!', '^--!']);
    })
  );

  it(
    'is silent where nobody is elected, and with work that goes on silently',
    marbles(({ hot, cold, expectObservable }) => {
      expectObservable(cold<Leadership>('-').pipe(whileLeader(() => cold('a')))).toBe('-');
      expectObservable(hot('c-c-', says).pipe(whileLeader(() => cold('a')))).toBe('---');
      expectObservable(hot('l--', says).pipe(whileLeader(() => cold('-')))).toBe('---');
    })
  );

  it.each(['stop', 'keep', 'pause'] as const)('steps back, and completes, when its work is over: %s', (onSuspend) =>
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const election = hot('c-l------', says);
      expectObservable(election.pipe(whileLeader(() => cold('a--|'), { onSuspend }))).toBe('--a--|');
      expectObservable(election.pipe(whileLeader(() => cold('|'), { onSuspend }))).toBe('--|');
      expectObservable(election.pipe(whileLeader(() => [], { onSuspend }))).toBe('--|');
      expectSubscriptions(election.subscriptions).toBe(['^----!', '^-!', '^-!']);
    })()
  );

  it(
    'completes with work that ends in doubt at once, or holds the end back until the doubt is over',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const work = cold('--|');
      const ends = (onSuspend: 'keep' | 'pause', election: string) =>
        expectObservable(hot(election, says).pipe(whileLeader(() => work, { onSuspend })));
      ends('keep', 'lp-----l-').toBe('--|');
      ends('pause', 'lp-----l-').toBe('-------|');
      ends('pause', 'lp-----c---L--').toBe('-------------|'); // lost: it works again in the next leadership
      expectSubscriptions(work.subscriptions).toBe(['^-!', '^-!', '^-!', '-----------^-!']);
    })
  );

  it(
    'begins again in the next leadership after a loss, and leads on after the work where that was asked for',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const work = cold('                                                 a-|');
      expectObservable(hot('lc-L--------', says).pipe(whileLeader(() => work))).toBe('a--a-|');
      expectSubscriptions(work.subscriptions).toBe(['^!', '---^-!']);
    })
  );

  it(
    'stands again 100 ms after its work is over, where that was asked for, and completes with the election',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const [work, election] = [cold('a|'), hot('l 149ms l 149ms |', says)];
      expectObservable(election.pipe(whileLeader(() => work, { again: true }))).toBe('a 149ms a 149ms |');
      expectSubscriptions(election.subscriptions).toBe(['^!', '101ms ^ 49ms !', '251ms ^ 48ms !']);
    })
  );

  it(
    'works in the next leadership with `keep`',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const work = cold('                                                 a|');
      expectObservable(hot('l--c-L', says).pipe(whileLeader(() => work, { keep: true }))).toBe('a----a');
      expectSubscriptions(work.subscriptions).toBe(['^!', '-----^!']);
    })
  );

  it(
    'errors with its work, with what fails to begin it, and with the election',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const election = hot('l----', says);
      const work = cold('                                         a----');
      for (const onSuspend of ['stop', 'keep', 'pause'] as const) {
        expectObservable(election.pipe(whileLeader(() => cold('a-#'), { onSuspend }))).toBe('a-#');
        expectObservable(
          election.pipe(
            whileLeader(
              () => {
                throw 'error';
              },
              { onSuspend }
            )
          )
        ).toBe('#');
        expectObservable(hot('l-#', says).pipe(whileLeader(() => work, { onSuspend }))).toBe('a-#');
        expectObservable(hot('l-p-#', says).pipe(whileLeader(() => cold('---b'), { onSuspend }))).toBe(
          onSuspend === 'keep' ? '---b#' : '----#'
        );
      }
      expectSubscriptions(work.subscriptions).toBe(['^-!', '^-!', '^-!']);
      expectSubscriptions(election.subscriptions).toBe(['^-!', '(^!)', '^-!', '(^!)', '^-!', '(^!)']);
    })
  );

  it.each(['stop', 'keep', 'pause'] as const)(
    'has ended the work before anybody hears of the error, or of the end: %s',
    (onSuspend) => {
      for (const end of ['error', 'complete'] as const) {
        const log: string[] = [];
        const election = new Subject<Leadership>();
        election
          .pipe(whileLeader(() => NEVER.pipe(finalize(() => log.push('ended'))), { onSuspend }))
          .subscribe({ error: () => log.push('error'), complete: () => log.push('complete') });
        election.next(says.l);
        election[end]('lost');
        expect(log).toEqual(['ended', end]);
      }
    }
  );

  it('works in an election that says all it has at once, and ends when it is left', () => {
    const seen: number[] = [];
    concat(of(says.c, says.l), NEVER)
      .pipe(
        whileLeader(() => range(1, 5)),
        take(3)
      )
      .subscribe((n) => seen.push(n));
    expect(seen).toEqual([1, 2, 3]);
  });

  it('leaves the work, and then the election', () => {
    const log: string[] = [];
    const logged = (name: string) => finalize<never>(() => log.push(name));
    const subscription = concat(of(says.l), NEVER.pipe(logged('election')))
      .pipe(whileLeader(() => NEVER.pipe(logged('work'))))
      .subscribe();
    subscription.unsubscribe();
    expect(log).toEqual(['work', 'election']);
  });

  it('steps back in answer to its own work', () => {
    const election = new Subject<Leadership>();
    const seen: number[] = [];
    election.pipe(whileLeader(() => range(1, 5))).subscribe((n) => {
      seen.push(n);
      if (n === 2) election.next(says.c);
    });
    election.next(says.l);
    expect(seen).toEqual([1, 2]);
  });

  it('names what is wrong with its options', () => {
    let error: unknown;
    NEVER.pipe(whileLeader(() => NEVER, { onSuspend: 'wait' as 'keep' })).subscribe({
      error: (e: unknown) => (error = e),
    });
    expect(error).toMatchObject({ code: 'USAGE', argument: 'options.onSuspend' });
  });
});
