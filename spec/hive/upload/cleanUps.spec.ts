import { expect, it } from '@jest/globals';
import { NEVER, asyncScheduler } from 'rxjs';
import { CleanUps } from '../../../lib/hive/upload/cleanUps.js';
import { marbles } from '../../helpers/marbles.js';

it(
  'clean-ups are done when the last of them has ended, in whichever way',
  marbles(({ hot, expectObservable }) => {
    const cleanUps = new CleanUps();
    for (const end of ['--|', '----#', '---|']) cleanUps.counted(hot(end)).subscribe({ error: () => undefined });
    expectObservable(cleanUps.done(asyncScheduler)).toBe('----|');
  })
);

it(
  'a clean-up that has no end is waited for five seconds',
  marbles(({ hot, expectObservable }) => {
    const cleanUps = new CleanUps();
    cleanUps.counted(hot('-')).subscribe();
    expectObservable(cleanUps.done(asyncScheduler)).toBe('5s |');
  })
);

it('a clean-up counts while it runs, and neither before nor after', () => {
  const cleanUps = new CleanUps();
  let done = false;
  const cleanUp$ = cleanUps.counted(NEVER);
  cleanUp$.subscribe().unsubscribe();
  cleanUps.done(asyncScheduler).subscribe({ complete: () => (done = true) });
  expect(done).toBe(true);
});
