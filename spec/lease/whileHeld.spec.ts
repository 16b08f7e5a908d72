import { beforeEach, describe, expect, it } from '@jest/globals';
import { EMPTY, NEVER, type Observable, Subject, concat, finalize, merge, of, take, throwError } from 'rxjs';
import { type Lease, lock, whileHeld } from '../../lib/index.js';
import { VirtualWorld } from '../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

const work = (): Observable<string> => merge(of('works'), NEVER).pipe(finalize(() => world.log.push('work ended')));
/** A lock that logs when it is left. */
const held$ = (zk = world.client().zk) => lock(zk, '/lock').pipe(finalize(() => world.log.push('lock left')));

describe('work under a lease', () => {
  it('ends before the lease is given back, when it is unsubscribed', () => {
    const subscription = world.watch('a', held$().pipe(whileHeld(work)));
    expect(world.after(100)).toEqual(['a works']);
    subscription.unsubscribe();
    expect(world.after(0)).toEqual(['work ended', 'lock left']);
  });

  it('has ended when the loss of the lease is passed on', () => {
    const { zk } = world.client();
    world.watch('a', held$(zk).pipe(whileHeld(work)));
    world.after(100);
    world.server.expire(zk.ticket.id);
    expect(world.after(1000)).toEqual(['work ended', 'a ! LEASE_LOST', 'lock left']);
  });

  it('ends the lease with its error, and not with its completion', () => {
    const failing = () =>
      concat(
        of('works'),
        throwError(() => new Error('not today'))
      );
    world.watch('done', held$().pipe(whileHeld(() => of('works'))));
    expect([world.after(100), world.after(10_000)]).toEqual([['done works'], []]);
    world = new VirtualWorld();
    world.watch('failing', held$().pipe(whileHeld(failing)));
    expect([world.after(100), world.children('/lock')]).toEqual([
      ['failing works', 'failing ! Error: not today', 'lock left'],
      [],
    ]);
  });

  it('is not begun when what makes it throws, and the lease is given back', () => {
    world.watch(
      'a',
      held$().pipe(
        whileHeld((): Observable<string> => {
          throw new Error('no work');
        })
      )
    );
    expect([world.after(100), world.children('/lock')]).toEqual([['a ! Error: no work', 'lock left'], []]);
  });

  it('does not outlive a lease that is given back because its stream was cut short', () => {
    world.watch('a', held$().pipe(take(1), whileHeld(work)));
    expect([world.after(100), world.children('/lock')]).toEqual([['a works', 'work ended', 'a |', 'lock left'], []]);
  });

  it('goes on until it was to end; then it has ended, all completes, and the lease is given back', () => {
    const end$ = new Subject<void>();
    world.watch('a', held$().pipe(whileHeld(work, { until: () => end$ })));
    expect(world.after(5000)).toEqual(['a works']);
    end$.next();
    expect([world.after(100), world.children('/lock')]).toEqual([['work ended', 'a |', 'lock left'], []]);
  });

  it.each([
    ['goes on when there is nothing any more that could end it', EMPTY, ['a works']],
    [
      'ends with an error of what could end it',
      throwError(() => new Error('lost count')),
      ['a works', 'work ended', 'a ! Error: lost count', 'lock left'],
    ],
  ])('%s', (_, until, log) => {
    world.watch('a', held$().pipe(whileHeld(work, { until: () => until })));
    expect(world.after(1000)).toEqual(log);
  });

  it('is given the lease', () => {
    const leases: Lease[] = [];
    held$()
      .pipe(whileHeld((lease) => [leases.push(lease)]))
      .subscribe();
    world.after(100);
    expect([leases.length, leases[0]!.valid]).toEqual([1, true]);
  });
});
