import { beforeEach, describe, expect, it } from '@jest/globals';
import { NEVER, concatMap, finalize, merge, of, take } from 'rxjs';
import { type Lease, lock, revoke, watchContenders, whileHeld } from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

const asked = () => 'asked';
/** Holds a lock, and logs when it is asked to give it back. */
const hold = (name: string, zk = world.client().zk, path = '/lock'): Lease => {
  let lease!: Lease;
  lock(zk, path).subscribe({ next: (it) => (lease = it), error: () => undefined });
  world.time.advance(100);
  world.watch(name, lease.revoked$, asked);
  return lease;
};

describe('a request to give a lock back', () => {
  it('reaches the holder, who decides: it is held on until it is given back', () => {
    const [a, b] = [world.client(), world.client()];
    const lease = hold('holder', a.zk);
    world.watch('b', lock(b.zk, '/lock'), () => 'held');
    expect(world.after(1000)).toEqual([]);
    world.watch('revoke', revoke(b.zk, lease.path));
    expect(world.after(100).sort()).toEqual(['holder asked', 'holder |', 'revoke undefined', 'revoke |']);
    expect([world.after(10_000), lease.valid]).toEqual([[], true]);
  });

  it('ends the work, gives the lock to the next, and stands in line again, where that is what the holder does', () => {
    const [a, b] = [world.client(), world.client()];
    const revocable = { until: ({ revoked$ }: Lease) => revoked$, again: true };
    const work = (name: string) => () =>
      merge(of('works'), NEVER).pipe(finalize(() => world.log.push(`${name} ended`)));
    world.watch('a', lock(a.zk, '/lock').pipe(whileHeld(work('a'), revocable)));
    world.time.advance(100);
    world.watch('b', lock(b.zk, '/lock').pipe(whileHeld(work('b'), revocable)));
    expect(world.after(100)).toEqual(['a works']);
    const ask = watchContenders(b.zk, '/lock').pipe(
      take(1),
      concatMap(([holder]) => revoke(b.zk, holder!.path))
    );
    ask.subscribe();
    expect(world.after(200)).toEqual(['a ended', 'b works']);
    ask.subscribe();
    expect(world.after(100)).toEqual(['b ended', 'a works']);
  });

  it('is done for when the client is closed', () => {
    const { zk } = world.client();
    const lock$ = lock(zk, '/lock').pipe(whileHeld(() => NEVER, { until: ({ revoked$ }) => revoked$, again: true }));
    world.time.advance(50);
    void zk.close();
    world.watch('closing', lock$);
    expect(world.after(5000)).toEqual(['closing |']);
    world.watch('closed', lock$);
    expect(world.after(1)).toEqual(['closed |']);
  });

  it('is heard by one who still waits, once it holds', () => {
    const [a, b] = [world.client(), world.client()];
    const first = lock(a.zk, '/lock').subscribe();
    world.time.advance(100);
    world.watch('b', lock(b.zk, '/lock').pipe(whileHeld(({ revoked$ }) => revoked$)), asked);
    world.time.advance(100);
    revoke(a.zk, `/lock/${world.children('/lock').at(-1)}`).subscribe();
    expect(world.after(500)).toEqual([]);
    first.unsubscribe();
    expect(world.after(100)).toEqual(['b asked', 'b |']);
  });

  it('is what Curator writes, and other data is no request', () => {
    const lease = hold('holder');
    const { zk } = world.client();
    zk.set(lease.path, Buffer.from('__revoke__')).subscribe();
    zk.set(lease.path, null).subscribe();
    expect(world.after(500)).toEqual([]);
    zk.set(lease.path, Buffer.from('__REVOKE__')).subscribe();
    expect(world.after(100)).toEqual(['holder asked', 'holder |']);
  });

  it('is granted where the node has gone', () => {
    world.watch('revoke', revoke(world.client().zk, '/lock/lock-0000000007'));
    expect(world.after(100)).toEqual(['revoke undefined', 'revoke |']);
  });

  it('is refused by the ACL of the node, and where it would overwrite what is no contender', () => {
    const { zk } = world.client();
    zk.create('/lock', null).subscribe();
    zk.create('/lock/lock-', null, {
      mode: 'persistentSequential',
      acl: [{ permissions: 1, scheme: 'world', id: 'anyone' }],
    }).subscribe();
    world.after(100);
    world.watch('acl', revoke(zk, '/lock/lock-0000000000'));
    world.watch('place', revoke(zk, '/lock'));
    expect(world.after(100)).toEqual(['place ! USAGE', 'acl ! NO_AUTH']);
  });

  it('is made again when the reply to it is lost', () => {
    let requests = 0;
    world = new VirtualWorld({
      faults: ({ operation }) => (operation === 'setData' && requests++ === 0 ? 'cutAfter' : undefined),
    });
    const lease = hold('holder');
    world.watch('revoke', revoke(world.client().zk, lease.path));
    expect(world.after(3000).sort()).toEqual(['holder asked', 'holder |', 'revoke undefined', 'revoke |']);
    expect(requests).toBe(2);
  });

  it('is not made any more once it is unsubscribed before it has left', () => {
    const lease = hold('holder');
    const { zk } = world.client();
    revoke(zk, lease.path).subscribe().unsubscribe();
    expect(world.after(500)).toEqual([]);
  });

  it('is heard by a holder whose link was lost meanwhile', () => {
    const a = world.client({ backoff: { min: 800, max: 1000 } });
    const lease = hold('holder', a.zk);
    world.after(500);
    world.server.drop();
    world.watch('revoke', revoke(world.client().zk, lease.path), asked);
    expect([world.after(100), a.zk.state.kind]).toEqual([['revoke asked', 'revoke |'], 'suspended']);
    expect([world.after(1000), lease.valid]).toEqual([['holder asked', 'holder |'], true]);
  });

  it.each(['cut off for long', 'expired', 'deleted'] as const)('cannot come any more when the holder is %s', (how) => {
    const a = world.client();
    const lease = hold('holder', a.zk);
    if (how === 'cut off for long') a.cut();
    else if (how === 'expired') world.server.expire(a.zk.ticket.id);
    else world.client().zk.delete(lease.path).subscribe();
    expect(world.after(3000)).toEqual(['holder |']);
    world.watch('late', lease.revoked$);
    expect(world.after(0)).toEqual(['late |']);
  });

  it('costs the holder no watch of its own', () => {
    const watches: string[] = [];
    world = new VirtualWorld({
      faults: ({ operation, path }) => void (/watch/i.test(operation) && watches.push(String(path))),
    });
    const lease = hold('holder');
    world.after(1000);
    expect(watches.filter((path) => path === lease.path)).toEqual([lease.path]);
  });
});
