import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  EMPTY,
  NEVER,
  type Observable,
  Subject,
  concat,
  concatMap,
  finalize,
  merge,
  of,
  take,
  takeUntil,
  throwError,
  timer,
} from 'rxjs';
import { steadyClock } from '../../lib/transport/steadyClock.js';
import { type Lease, elect, lock, whileHeld, whileLeader } from '../../lib/index.js';
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

  it('may be a function that needs only a part of the lease', () => {
    const write = (lease: { readonly token: bigint }) => of(lease.token > 0n);
    world.watch('a', held$().pipe(whileHeld(write)));
    const leads$ = elect(world.client().zk, '/election').pipe(whileLeader(write));
    world.watch('b', leads$);
    expect(world.after(500)).toEqual(['a true', 'lock left', 'a |', 'b true', 'b |']);
  });

  it('has ended when the loss of the lease is passed on', () => {
    const { zk } = world.client();
    world.watch('a', held$(zk).pipe(whileHeld(work)));
    world.after(100);
    world.server.expire(zk.ticket.id);
    expect(world.after(1000)).toEqual(['work ended', 'a ! LEASE_LOST', 'lock left']);
  });

  it.each([
    ['completes', of('works'), ['a works', 'lock left', 'a |']],
    ['completes at once, without a value', EMPTY, ['lock left', 'a |']],
    [
      'fails',
      concat(
        of('works'),
        throwError(() => new Error('not today'))
      ),
      ['a works', 'a ! Error: not today', 'lock left'],
    ],
  ])('gives the lease back when it %s', (_, work$, log) => {
    world.watch('a', held$().pipe(whileHeld(() => work$)));
    expect([world.after(100), world.children('/lock')]).toEqual([log, []]);
  });

  it('leaves the lease to the next before its completion is heard', () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('b', timer(50, world.time).pipe(concatMap(() => held$(b.zk))), () => 'holds');
    world.watch('a', held$(a.zk).pipe(whileHeld(() => timer(1000, world.time))), () => 'works');
    expect(world.after(1000)).toEqual([]);
    expect(world.after(100)).toEqual(['a works', 'lock left', 'a |', 'b holds']);
  });

  it('that completes leaves the lease held where that was asked for', () => {
    world.watch('a', held$().pipe(whileHeld(() => of('works'), { keep: true })));
    expect([world.after(100), world.after(10_000)]).toEqual([['a works'], []]);
    expect(world.children('/lock').length).toBe(1);
  });

  it('that completes once another may hold the lease counts as lost', () => {
    let asleep = 0;
    const scheduler = steadyClock({
      running: () => world.time.now(),
      wall: () => world.time.now() + asleep,
      timers: world.time,
    });
    const { zk } = world.client({ scheduler });
    const end$ = new Subject<never>();
    world.watch('a', held$(zk).pipe(whileHeld(() => end$)));
    world.after(100);
    asleep += 2000;
    end$.complete();
    expect(world.log.splice(0)).toEqual([]);
    expect(world.after(250)).toEqual(['a ! LEASE_LOST', 'lock left']);
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
    expect([world.after(100), world.children('/lock')]).toEqual([['a works', 'work ended', 'lock left', 'a |'], []]);
  });

  it('goes on until it was to end; then the lease is given back, and all completes', () => {
    const end$ = new Subject<void>();
    world.watch('a', held$().pipe(whileHeld(work, { until: () => end$ })));
    expect(world.after(5000)).toEqual(['a works']);
    end$.next();
    expect([world.after(100), world.children('/lock')]).toEqual([['work ended', 'lock left', 'a |'], []]);
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
      .pipe(whileHeld((lease) => [leases.push(lease) + Number(lease.valid)]))
      .subscribe((n) => world.log.push(String(n)));
    expect([world.after(100), leases[0]!.valid]).toEqual([['2', 'lock left'], false]);
  });

  it('begins again after its end, after a loss and after it was asked to end, until the client is closed', () => {
    const [ended$, until$] = [new Subject<void>(), new Subject<void>()];
    const { zk } = world.client();
    let rounds = 0;
    const turn = () => merge(of(`round ${++rounds}`), NEVER).pipe(takeUntil(ended$));
    world.watch('a', held$(zk).pipe(whileHeld(turn, { again: true, until: () => until$ })));
    expect(world.after(1000)).toEqual(['a round 1']);
    ended$.next();
    expect(world.children('/lock').length).toBe(1);
    expect(world.after(99)).toEqual(['lock left']);
    expect(world.after(100)).toEqual(['a round 2']);
    until$.next();
    expect(world.after(1000)).toEqual(['lock left', 'a round 3']);
    world.server.expire(zk.ticket.id);
    expect(world.after(1000)).toEqual(['lock left', 'a round 4']);
    void zk.close();
    expect(world.log.splice(0)).toEqual(['lock left', 'a |']);
  });

  it('begins again after a loss of the place in line', () => {
    const [a, b] = [world.client(), world.client()];
    const holder = world.watch('a', lock(a.zk, '/lock'), () => 'holds');
    world.after(100);
    world.watch('b', held$(b.zk).pipe(whileHeld(work, { again: true })));
    world.after(100);
    world.server.expire(b.zk.ticket.id);
    expect(world.after(1000)).toEqual(['a holds', 'lock left'].slice(1));
    holder.unsubscribe();
    expect(world.after(1000)).toEqual(['b works']);
  });

  it('that begins again ends with other errors, and when the client is closed in between or before it holds', () => {
    const { zk } = world.client();
    world.watch('a', lock(zk, '/a').pipe(whileHeld(() => throwError(() => new Error('no')), { again: true })));
    world.watch('b', lock(zk, '/b').pipe(whileHeld(() => EMPTY, { again: true })));
    expect(world.after(50)).toEqual(['a ! Error: no']);
    void zk.close();
    expect(world.after(1000)).toEqual(['b |']);
    world.watch('c', lock(zk, '/c').pipe(whileHeld(() => EMPTY, { again: true })));
    expect(world.after(1000)).toEqual(['c |']);
  });

  it('that completes at once and begins again leaves the servers in peace', () => {
    const { zk } = world.client();
    let turns = 0;
    world.watch(
      'outer',
      lock(zk, '/lock', { reentrant: true }).pipe(
        whileHeld(() =>
          lock(zk, '/lock', { reentrant: true }).pipe(
            whileHeld(() => (turns++, EMPTY), { again: true }) // the inner lock is entered at once
          )
        )
      )
    );
    world.after(10_050);
    expect(turns).toBeGreaterThan(50);
    expect(turns).toBeLessThanOrEqual(101);
  });
});
