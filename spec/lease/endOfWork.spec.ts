import { describe, expect, it } from '@jest/globals';
import { EMPTY, NEVER, type Observable, Subject, defer, finalize, map, merge, of, take, throwError, timer } from 'rxjs';
import { SessionError } from '../../lib/core/errors.js';
import { acquire } from '../../lib/lease/acquire.js';
import { CLOCK, type Held } from '../../lib/lease/held.js';
import { LeaseError } from '../../lib/lease/leaseError.js';
import { type WhileHeldOptions, whileHeld } from '../../lib/lease/whileHeld.js';
import { VirtualTime } from '../helpers/virtualTime.js';

/** A lock that outlives its client, so that it has to be given back. */
class Ground {
  readonly time = new VirtualTime();
  readonly log: string[] = [];
  /** The answer to a release. */
  release$: Observable<void> = timer(20, this.time).pipe(map(() => void this.log.push('free')));
  /** How the lock ends, if not by being left. */
  readonly end$ = new Subject<never>();

  readonly lock$ = defer((): Observable<Held> => {
    const held: Held = {
      signal: new AbortController().signal,
      lost: undefined,
      release: () => defer(() => (this.log.push('release'), this.release$)),
      [CLOCK]: this.time,
    };
    return merge(of(held), this.end$).pipe(finalize(() => this.log.push('left')));
  });

  work(work: () => Observable<unknown>, options?: WhileHeldOptions<Held>) {
    const working = () => work().pipe(finalize(() => this.log.push('work ended')));
    return this.lock$.pipe(whileHeld(working, options)).subscribe({
      next: (value) => this.log.push(String(value)),
      error: ({ code, message }: { code?: string; message: string }) => this.log.push(`! ${code ?? message}`),
      complete: () => this.log.push('|'),
    });
  }

  after(ms: number): readonly string[] {
    this.time.advance(ms);
    return this.log.splice(0);
  }
}

const failing = throwError(() => new Error('not today'));
const lost = new LeaseError('LEASE_LOST', 'it was broken');
const closed = new SessionError('CLOSED', 'the client was closed');

describe('work under a lock that outlives its client', () => {
  it.each<[string, Observable<unknown>, string]>([
    ['completes', EMPTY, '|'],
    ['fails', failing, '! not today'],
  ])('waits for the release when it %s, before that is heard', (_, work$, end) => {
    const ground = new Ground();
    ground.work(() => work$);
    expect(ground.after(19)).toEqual(['work ended', 'release']);
    const seen = ground.after(1);
    expect([seen[0], [...seen.slice(1)].sort()]).toEqual(['free', ['left', end].sort()]);
  });

  it('has ended before the lock is given back because it was to end', () => {
    const ground = new Ground();
    const until$ = new Subject<void>();
    ground.work(() => NEVER, { until: () => until$ });
    until$.next();
    until$.next();
    expect(ground.after(20)).toEqual(['work ended', 'release', 'free', 'left', '|']);
  });

  it('ends as it was to end, whatever else happens while the lock is given back', () => {
    const until$ = new Subject<void>();
    for (const [work$, end] of [
      [failing, '! not today'],
      [EMPTY, '|'],
    ] as const) {
      const ground = new Ground();
      ground.work(() => work$, { until: () => until$ });
      ground.end$.complete(); // the lock completes when it is released
      until$.next();
      expect(ground.after(20).filter((line) => line.startsWith('!') || line === '|')).toEqual([end]);
    }
  });

  it('fails when the lock cannot be given back, but completes when the client is closed meanwhile', () => {
    for (const [error, end] of [
      [new Error('no room'), '! no room'],
      [closed, '|'],
    ] as const) {
      const ground = new Ground();
      ground.release$ = throwError(() => error);
      ground.work(() => EMPTY);
      expect(ground.after(20).filter((line) => line.startsWith('!') || line === '|')).toEqual([end]);
    }
  });

  it('keeps its own error when the lock cannot be given back', () => {
    const ground = new Ground();
    ground.release$ = throwError(() => new Error('no room'));
    ground.work(() => failing);
    expect(ground.after(20)).toContain('! not today');
  });

  it('does not wait for the release when it is unsubscribed, or when the lock is lost', () => {
    const [left, broken] = [new Ground(), new Ground()];
    left.work(() => NEVER).unsubscribe();
    expect(left.after(100)).toEqual(['work ended', 'left']);
    broken.work(() => NEVER);
    broken.end$.error(lost);
    expect(broken.after(100)).toEqual(['work ended', '! LEASE_LOST', 'left']);
  });

  it('begins again once the lock is free, and after a pause', () => {
    const ground = new Ground();
    ground.work(() => of('works'), { again: true });
    expect(ground.after(119)).toEqual(['works', 'work ended', 'release', 'free', 'left']);
    expect(ground.after(1)).toEqual(['works', 'work ended', 'release']);
  });

  it('begins again after it has failed for a loss, and not after other errors', () => {
    const ground = new Ground();
    const ends = [throwError(() => lost), failing];
    ground.work(() => ends.shift()!, { again: true });
    expect(ground.after(119)).toEqual(['work ended', 'release', 'free', 'left']);
    expect(ground.after(100)).toEqual(['work ended', 'release', 'free', 'left', '! not today']);
  });

  it('that begins again ends in the pause when it is unsubscribed', () => {
    const ground = new Ground();
    const subscription = ground.work(() => EMPTY, { again: true });
    ground.after(50);
    subscription.unsubscribe();
    expect([ground.after(1000), ground.time.actions.length]).toEqual([[], 0]);
  });

  it('is left in the middle when its values are enough', () => {
    const ground = new Ground();
    ground.lock$
      .pipe(
        whileHeld(() => of(1, 2)),
        take(1)
      )
      .subscribe({ complete: () => ground.log.push('|') });
    expect(ground.after(100)).toEqual(['|', 'left']);
  });
});

describe('a lock that outlives its client, and is owned', () => {
  it('is free when it has been disposed of', async () => {
    const ground = new Ground();
    const owned = await acquire(ground.lock$);
    const disposed = owned[Symbol.asyncDispose]().then(() => ground.log.push('disposed'));
    expect(ground.after(20)).toEqual(['release', 'free']);
    await disposed;
    expect(ground.after(0)).toEqual(['left', 'disposed']);
  });

  it('says why it could not be given back, and is left all the same', async () => {
    const ground = new Ground();
    const owned = await acquire(ground.lock$);
    ground.release$ = throwError(() => new Error('no room'));
    await expect(owned[Symbol.asyncDispose]()).rejects.toThrow('no room');
    expect(ground.after(0)).toEqual(['release', 'left']);
  });
});
