import { describe, expect, it } from '@jest/globals';
import { type Observable, Subject, VirtualTimeScheduler, defer, map, of, take, throwError } from 'rxjs';
import {
  ConnectError,
  ConnectionLostError,
  ProtocolError,
  ServerError,
  SessionError,
  UsageError,
} from '../../lib/core/errors.js';
import { type RetryIfOptions, retryIf } from '../../lib/operators/retryIf.js';
import { marbles } from '../helpers/marbles.js';

const unsent = new ConnectionLostError('never sent', 'none');
const unknown = new ConnectionLostError();
/** Waits of 3, 5 and then 5 frames. */
const steady: RetryIfOptions = { backoff: { min: 1, max: 5 }, random: () => 1 };
const waits = { ...steady, backoff: { min: 1.5, max: 5 } };

describe('retryIf', () => {
  it(
    'subscribes again after a wait, which grows',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-#', {}, unsent);
      const subscriptions = [
        '                  ^!',
        '                  ----^!',
        '                  ----------^!',
        '                  ----------------^!',
      ];
      const expected = '   -----------------#';
      expectObservable(source.pipe(retryIf({ ...waits, count: 3 }))).toBe(expected, {}, unsent);
      expectSubscriptions(source.subscriptions).toBe(subscriptions);
    })
  );

  it(
    'passes on what the attempts emit, and completes with the first that does',
    marbles(({ cold, expectObservable }) => {
      const outcomes = [cold('-a-#', undefined, unsent), cold('-b|')];
      const source = defer(() => outcomes.shift()!);
      expectObservable(source.pipe(retryIf(waits))).toBe('-a-----b|');
    })
  );

  it(
    'tries for as long as someone is subscribed, unless told how often',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('#', {}, unsent);
      expectObservable(source.pipe(retryIf({ backoff: { min: 10, max: 10 } })), '35ms !').toBe('-');
      expectSubscriptions(source.subscriptions).toBe(['(^!)', '10ms (^!)', '20ms (^!)', '30ms (^!)']);
    })
  );

  it(
    'does not try again when the count is 0',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-#', {}, unsent);
      expectObservable(source.pipe(retryIf({ count: 0 }))).toBe('-#', {}, unsent);
      expectSubscriptions(source.subscriptions).toBe('^!');
    })
  );

  it.each([
    ['a connection that never came about', new ConnectError('refused')],
    ['a request that never left', unsent],
    ['a session that moved', new SessionError('MOVED', 'moved')],
  ])('gets round %s', (_, error) =>
    marbles(({ cold, expectObservable }) => {
      const outcomes: Observable<string>[] = [throwError(() => error), cold('a|')];
      expectObservable(defer(() => outcomes.shift()!).pipe(retryIf(waits))).toBe('---a|');
    })()
  );

  it.each([
    ['a request that may have been applied', unknown],
    ['a request that may have been applied before its session moved', new SessionError('MOVED', 'moved', 'unknown')],
    ['a refusal', new ServerError('NO_NODE', -101)],
    ['a mistake of the caller', new UsageError('path', 'must not be empty')],
    ['the end of the session', new SessionError('EXPIRED', 'expired')],
    ['a client that was closed', new SessionError('CLOSED', 'closed')],
    ['a request that the caller aborted', new ConnectionLostError('aborted', 'none', { code: 'ABORTED' })],
    ['a server that breaks the rules', new ProtocolError('bad', { effect: 'none' })],
    ['an error that is not ours', new TypeError('x is not a function')],
    ['what is no error at all', undefined],
  ])('passes on %s', (_, error) =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-#', undefined, error);
      expectObservable(source.pipe(retryIf(waits))).toBe('-a-#', undefined, error);
      expectSubscriptions(source.subscriptions).toBe('^--!');
    })()
  );

  it(
    'repeats what is idempotent although it may have been applied',
    marbles(({ cold, expectObservable }) => {
      const outcomes = [
        cold('-#', {}, unknown),
        cold('#', {}, new SessionError('MOVED', 'moved', 'unknown')),
        cold('a|'),
      ];
      expectObservable(defer(() => outcomes.shift()!).pipe(retryIf({ ...waits, idempotent: true }))).toBe(
        '---------a|'
      );
    })
  );

  it(
    'repeats nothing else for being idempotent',
    marbles(({ expectObservable }) => {
      const refused = new ServerError('BAD_VERSION', -103);
      const aborted = new ConnectionLostError('aborted', 'unknown', { code: 'ABORTED' });
      expectObservable(throwError(() => refused).pipe(retryIf({ ...waits, idempotent: true }))).toBe('#', {}, refused);
      expectObservable(throwError(() => aborted).pipe(retryIf({ ...waits, idempotent: true }))).toBe('#', {}, aborted);
    })
  );

  it(
    'repeats the codes it is given, and heeds their effect',
    marbles(({ cold, expectObservable }) => {
      const outcomes = [cold('-#', {}, new ServerError('THROTTLED_OP', -127)), cold('a|')];
      expectObservable(defer(() => outcomes.shift()!).pipe(retryIf({ ...waits, codes: ['THROTTLED_OP'] }))).toBe(
        '----a|'
      );

      const broken = new ProtocolError('bad');
      expectObservable(throwError(() => broken).pipe(retryIf({ ...waits, codes: ['PROTOCOL'] }))).toBe('#', {}, broken);
    })
  );

  it(
    'begins anew after a value, when told to',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('    a#', undefined, unsent);
      expectObservable(source.pipe(retryIf({ ...waits, count: 1, resetOnSuccess: true })), '10ms !').toBe(
        'a---a---a--'
      );
      const counted = cold('   a#', undefined, unsent);
      expectObservable(counted.pipe(retryIf({ ...waits, count: 1 }))).toBe('               a---a#', undefined, unsent);
      expectSubscriptions(source.subscriptions).toBe(['^!', '----^!', '--------^!']);
    })
  );

  it(
    'is silent with a source that never emits, and completes with one that is empty',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const never = cold('-');
      expectObservable(never.pipe(retryIf())).toBe('-');
      expectObservable(cold('--|').pipe(retryIf())).toBe('--|');
      expectSubscriptions(never.subscriptions).toBe('^');
    })
  );

  it(
    'ends the attempt, or the wait, when it is left',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [busy, waiting] = [cold('-----a'), cold('-#', {}, unsent)];
      expectObservable(busy.pipe(retryIf(waits)), '   --!').toBe('---');
      expectObservable(waiting.pipe(retryIf(waits)), '--!').toBe('---');
      expectSubscriptions(busy.subscriptions).toBe('   ^-!');
      expectSubscriptions(waiting.subscriptions).toBe('^!');
    })
  );

  it(
    'counts for each subscription by itself',
    marbles(({ cold, expectObservable }) => {
      const twice = cold('-#', {}, unsent).pipe(retryIf({ ...waits, count: 1 }));
      expectObservable(twice).toBe('-----#', {}, unsent);
      expectObservable(twice, '--^').toBe('-------#', {}, unsent);
    })
  );

  it('waits on the scheduler it is given', () => {
    const delays: number[] = [];
    const scheduler = {
      now: () => 0,
      schedule: (_work: unknown, delay: number) => (delays.push(delay), new Subject().subscribe()),
    };
    throwError(() => unsent)
      .pipe(retryIf({ ...steady, scheduler: scheduler as never }))
      .subscribe();
    expect(delays).toEqual([2]);
  });

  it('errors when its own random fails', () => {
    const errors: unknown[] = [];
    throwError(() => unsent)
      .pipe(
        retryIf({
          random: () => {
            throw 'error';
          },
          count: 1,
        })
      )
      .subscribe({ error: (error) => errors.push(error) });
    expect(errors).toEqual(['error']);
  });

  it.each<[object, string]>([
    [{ idempotant: true }, 'options.idempotant'],
    [{ count: -1 }, 'options.count'],
    [{ count: 1.5 }, 'options.count'],
    [{ backoff: { min: 5, max: 1 } }, 'options.backoff.min'],
    [null as never, 'options'],
  ])('refuses %j on the error channel, and subscribes to nothing', (options, argument) => {
    const errors: unknown[] = [];
    let subscribed = false;
    defer(() => ((subscribed = true), of(1)))
      .pipe(retryIf(options))
      .subscribe({ error: (error) => errors.push(error) });
    expect(errors).toEqual([expect.objectContaining({ argument })]);
    expect(subscribed).toBe(false);
  });

  it('repeats a source that fails at once many times over, without a stack that grows', () => {
    let attempts = 0;
    const scheduler = new VirtualTimeScheduler(undefined, Infinity);
    defer(() => (++attempts < 5000 ? throwError(() => unsent) : of('a')))
      .pipe(retryIf({ backoff: { min: 1, max: 1 }, random: () => 1, scheduler }))
      .subscribe();
    scheduler.flush();
    expect(attempts).toBe(5000);
  });

  it(
    'makes no further attempt when it is left in answer to a value',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-(a#)', undefined, unsent);
      expectObservable(source.pipe(retryIf(waits), take(1))).toBe('-(a|)');
      expectSubscriptions(source.subscriptions).toBe('            ^!');
    })
  );

  it(
    'does not repeat what fails downstream',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a', undefined, unsent);
      expectObservable(
        source.pipe(
          retryIf(waits),
          map(() => {
            throw unsent;
          })
        )
      ).toBe('-#', {}, unsent);
      expectSubscriptions(source.subscriptions).toBe('^!');
    })
  );
});
