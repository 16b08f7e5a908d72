import { beforeEach, describe, expect, it } from '@jest/globals';
import { EMPTY, NEVER, Observable, Subject, concat, of, throwError } from 'rxjs';
import { type Lease, acquire, lock } from '../../lib/index.js';
import { fakeLease } from '../helpers/fakeLease.js';
import { VirtualWorld } from '../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));
const notAcquired = { code: 'NOT_ACQUIRED' };

describe('a lease that is owned', () => {
  it('is held until it is disposed of', async () => {
    const a = world.client();
    const promise = acquire(lock(a.zk, '/lock'));
    world.time.advance(100);
    const owned = await promise;
    expect([owned.lease.valid, world.children('/lock').length]).toEqual([true, 1]);
    await owned[Symbol.asyncDispose]();
    expect([owned.lease.valid, owned.lease.signal.aborted]).toEqual([false, true]);
    world.time.advance(100);
    expect(world.children('/lock')).toEqual([]);
    owned.release(); // again is the same as once
  });

  it('tells by its signal that it is lost', async () => {
    const a = world.client();
    const promise = acquire(lock(a.zk, '/lock'));
    world.time.advance(100);
    const { lease } = await promise;
    world.server.expire(a.zk.ticket.id);
    world.time.advance(1000);
    expect([lease.signal.aborted, lease.lost?.code]).toEqual([true, 'LEASE_LOST']);
  });

  it('is waited for no longer when that is aborted, and no node is left', async () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('a', lock(a.zk, '/lock'), () => 'held');
    world.after(100);
    const controller = new AbortController();
    const promise = acquire(lock(b.zk, '/lock'), controller);
    world.after(100);
    controller.abort('enough');
    await expect(promise).rejects.toMatchObject({ ...notAcquired, cause: 'enough' });
    world.after(100);
    expect(world.children('/lock').length).toBe(1);
    await expect(acquire(NEVER, controller)).rejects.toMatchObject({ ...notAcquired, cause: 'enough' });
  });

  it('is kept when the waiting is aborted after it was over', async () => {
    const controller = new AbortController();
    const source = new Subject<Lease>();
    const promise = acquire(source, controller);
    source.next(fakeLease());
    await promise;
    controller.abort();
    expect(source.observed).toBe(true);
  });

  it('may come at once, whether or not it can be aborted', async () => {
    const lease = fakeLease();
    const ready$ = concat(of(lease), NEVER);
    expect((await acquire(ready$)).lease).toBe(lease);
    expect((await acquire(ready$, new AbortController())).lease).toBe(lease);
  });

  it('is not asked for any more when that is aborted while it is being asked for', async () => {
    const controller = new AbortController();
    let left = false;
    const asking$ = new Observable<Lease>(() => {
      controller.abort();
      return () => void (left = true);
    });
    await expect(acquire(asking$, controller)).rejects.toMatchObject(notAcquired);
    expect(left).toBe(true);
  });

  it('rejects as the lock errors, and when its client is closed before', async () => {
    await expect(acquire(throwError(() => new Error('no')))).rejects.toThrow('no');
    const [a, b] = [world.client(), world.client()];
    world.watch('a', lock(a.zk, '/lock'), () => 'held');
    world.after(100);
    const late = acquire(lock(b.zk, '/lock', { timeout: 200 }));
    world.after(200);
    await expect(late).rejects.toMatchObject(notAcquired);
    const cut = world.client();
    cut.cut();
    const closed = acquire(lock(cut.zk, '/lock'));
    cut.leave();
    await expect(closed).rejects.toMatchObject({ ...notAcquired, message: 'the client was closed' });
  });

  it('leaves nothing behind in the signal that could have aborted it', async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
    await acquire(concat(of(fakeLease()), NEVER), { signal });
    await acquire(
      throwError(() => 'no'),
      { signal }
    ).catch(() => undefined);
    await acquire(EMPTY as Observable<Lease>, { signal }).catch(() => undefined);
    expect(listeners).toBe(0);
  });
});
