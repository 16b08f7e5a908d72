import { describe, expect, it } from '@jest/globals';
import { NEVER, Subject, finalize, of } from 'rxjs';
import { switchWork } from '../../lib/operators/switchWork.js';
import { marbles } from '../helpers/marbles.js';

describe('switchWork', () => {
  it(
    'works on the newest value alone',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const source = hot('a---b---|');
      const work = cold(' -x-y-z|');
      expectObservable(source.pipe(switchWork(() => work))).toBe('-x-y-x-y-z|');
      expectSubscriptions(work.subscriptions).toBe(['^---!', '----^-----!']);
    })
  );

  it(
    'is silent with a source that never emits, and ends with one that is empty',
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-').pipe(switchWork(() => of('x')))).toBe('-');
      expectObservable(cold('--|').pipe(switchWork(() => of('x')))).toBe('--|');
    })
  );

  it(
    'errors with its source, with the work, and with what fails to begin it',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const [source, work] = [hot('a----'), cold('-x-----')];
      expectObservable(hot('a-#').pipe(switchWork(() => work))).toBe('-x#');
      expectObservable(source.pipe(switchWork(() => cold('--#')))).toBe('--#');
      expectObservable(
        source.pipe(
          switchWork(() => {
            throw 'error';
          })
        )
      ).toBe('#');
      expectSubscriptions(work.subscriptions).toBe('^-!');
      expectSubscriptions(source.subscriptions).toBe(['^-!', '(^!)']);
    })
  );

  it(
    'leaves both when it is left',
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const [source, work] = [hot('a----'), cold('-x-----')];
      expectObservable(source.pipe(switchWork(() => work)), '--!').toBe('-x-');
      expectSubscriptions(source.subscriptions).toBe('^-!');
      expectSubscriptions(work.subscriptions).toBe('  ^-!');
    })
  );

  it('has left the work when the error of its source is passed on', () => {
    const log: string[] = [];
    const source = new Subject<number>();
    source
      .pipe(switchWork(() => NEVER.pipe(finalize(() => log.push('left')))))
      .subscribe({ error: () => log.push('error') });
    source.next(1);
    source.error('gone');
    expect(log).toEqual(['left', 'error']);
  });
});
