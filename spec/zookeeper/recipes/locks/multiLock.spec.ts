import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NEVER, type Observable, finalize, merge, of, retry, timer } from 'rxjs';
import { type Lease, acquire, lock, multiLock, revoke, whileHeld } from '../../../../lib/index.js';
import { MultiLease } from '../../../../lib/zookeeper/recipes/locks/multiLock.js';
import { befall, lawfulMisfortunes, settle } from '../../../helpers/misfortunes.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

const held = () => 'held';
const nodes = () => ['/a', '/b', '/c'].map((path) => world.children(path).length);
/** Holds all three, by a client of its own. */
const holding = (client = world.client()) => {
  let lease!: MultiLease;
  const subscription = world.watch('all', multiLock(client.zk, ['/c', '/a', '/b']), (it) => ((lease = it), 'held'));
  expect(world.after(200)).toEqual(['all held']);
  return { lease, subscription, client };
};

describe('several locks at once', () => {
  it('are held together, each with its token, and given back together', () => {
    const { lease, subscription } = holding();
    expect([lease.valid, lease.tokens.length, lease.lost, nodes()]).toEqual([true, 3, undefined, [1, 1, 1]]);
    expect(lease.leases.map(({ path }) => path[1])).toEqual(['a', 'b', 'c']);
    expect(lease.validUntil).toBe(Math.min(...lease.leases.map(({ validUntil }) => validUntil)));
    expect(world.after(10_000)).toEqual([]);
    subscription.unsubscribe();
    expect([world.after(100), nodes(), lease.valid, lease.signal.aborted]).toEqual([[], [0, 0, 0], false, true]);
  });

  it('are never half of what two want from opposite ends', () => {
    const [a, b] = [world.client(), world.client()];
    const first = world.watch('a', multiLock(a.zk, ['/a', '/b']), held);
    world.watch('b', multiLock(b.zk, ['/b', '/a']), held);
    const winner = world.after(2000);
    expect(winner.length).toBe(1);
    first.unsubscribe();
    expect([...winner, ...world.after(2000)].sort()).toEqual(['a held', 'b held']);
  });

  it('are taken in the order of their paths, and given back in reverse', () => {
    const order: string[] = [];
    world = new VirtualWorld({
      faults: ({ operation, path }) =>
        void (/^(create2|delete)$/.test(operation) && path?.includes('lock-') && order.push(`${operation} ${path[1]}`)),
    });
    for (const path of ['/a', '/b', '/c']) world.client().zk.create(path).subscribe();
    world.after(100);
    holding().subscription.unsubscribe();
    world.after(100);
    expect(order).toEqual(['create2 a', 'create2 b', 'create2 c', 'delete c', 'delete b', 'delete a']);
  });

  it('are waited for until the last is free, while the first are held', () => {
    const other = lock(world.client().zk, '/b').subscribe();
    world.time.advance(100);
    const waiting = world.watch('all', multiLock(world.client().zk, ['/a', '/b', '/c']), held);
    expect([world.after(10_000), nodes()]).toEqual([[], [1, 2, 0]]);
    other.unsubscribe();
    expect(world.after(200)).toEqual(['all held']);
    waiting.unsubscribe();
  });

  it.each([0, 700])('are given up as a whole when not all can be had within %d ms', (timeout) => {
    const { zk } = world.client();
    lock(zk, '/c').subscribe();
    world.time.advance(100);
    world.watch('all', multiLock(world.client().zk, ['/a', '/b', '/c'], { timeout }), held);
    if (timeout > 0) expect(world.after(timeout - 1)).toEqual([]);
    expect(world.after(100)).toEqual(['all ! NOT_ACQUIRED']);
    expect([world.after(100), nodes()]).toEqual([[], [0, 0, 1]]);
  });

  it('have one time for all of them in which to be had', () => {
    const [a, b] = ['/a', '/b'].map((path) => lock(world.client().zk, path).subscribe());
    world.time.advance(100);
    world.watch('all', multiLock(world.client().zk, ['/a', '/b'], { timeout: 700 }), held);
    world.time.advance(500);
    a!.unsubscribe();
    expect([world.after(199), world.children('/b').length]).toEqual([[], 2]);
    expect(world.after(50)).toEqual(['all ! NOT_ACQUIRED']);
    b!.unsubscribe();
  });

  it('are no longer valid when any one of them is not', () => {
    const leases: Lease[] = [];
    const subscriptions = ['/a', '/b'].map((path) =>
      lock(world.client().zk, path).subscribe((lease) => leases.push(lease))
    );
    world.time.advance(100);
    const all = new MultiLease(leases);
    expect([all.valid, all.signal.aborted, all.lost]).toEqual([true, false, undefined]);
    subscriptions[1]!.unsubscribe();
    expect([all.valid, all.signal.aborted, all.lost?.code, leases[0]!.valid]).toEqual([
      false,
      true,
      'LEASE_LOST',
      true,
    ]);
  });

  it('leave no node behind when they are given up while one is being created', () => {
    const subscription = multiLock(world.client().zk, ['/a', '/b', '/c']).subscribe();
    while (!world.server.tree().has('/b')) world.time.advance(1);
    subscription.unsubscribe();
    world.after(1000);
    expect(nodes()).toEqual([0, 0, 0]);
  });

  it('are found again when the reply to a create is lost', () => {
    let losses = 0;
    world = new VirtualWorld({
      faults: ({ operation, path }) =>
        operation === 'create2' && path?.startsWith('/b/') && world.server.tree().has('/b') && losses === 0
          ? (losses++, 'cutAfter')
          : undefined,
    });
    world.watch('all', multiLock(world.client().zk, ['/a', '/b', '/c']), held);
    expect([world.after(3000), nodes(), losses]).toEqual([['all held'], [1, 1, 1], 1]);
  });

  it('are kept over a short loss of the link', () => {
    const { lease } = holding();
    world.after(1000);
    void world.server.refuse();
    world.after(500);
    void world.server.accept();
    expect([world.after(2000), lease.valid]).toEqual([[], true]);
  });

  it('are lost when they cannot be proved for half a timeout, before another can have one', () => {
    const { lease, client } = holding();
    world.watch('b', lock(world.client().zk, '/c'), () => `held ${String(lease.signal.aborted)}`);
    world.after(1000);
    client.cut();
    expect(world.after(2100)).toEqual(['all ! LEASE_LOST']);
    expect([lease.valid, lease.lost?.code]).toEqual([false, 'LEASE_LOST']);
    expect(world.after(5000)).toEqual(['b held true']);
  });

  it.each(['/a', '/b', '/c'])('are lost, all of them, when somebody deletes the node of %s', (path) => {
    const { lease, client } = holding();
    world
      .client()
      .zk.delete(`${path}/${world.children(path)[0]}`)
      .subscribe();
    expect(world.after(100)).toEqual(['all ! LEASE_LOST']);
    expect([lease.valid, lease.signal.aborted, client.zk.state.kind, nodes()]).toEqual([
      false,
      true,
      'connected',
      [0, 0, 0],
    ]);
  });

  it('are lost with the session, also those that are waited for', () => {
    const { client } = holding();
    const waiting = world.client();
    world.watch('waits', multiLock(waiting.zk, ['/0', '/b']), held);
    world.after(100);
    world.server.expire(waiting.zk.ticket.id);
    expect(world.after(1000)).toEqual(['waits ! LEASE_LOST']);
    world.server.expire(client.zk.ticket.id);
    expect(world.after(1000)).toEqual(['all ! LEASE_LOST']);
  });

  it.each(['/a', '/b', '/c'])(
    'guard writes: the server refuses a transaction once the node of %s is gone, whatever is believed here',
    (path) => {
      const { lease } = holding();
      const { zk } = world.client();
      world.watch('first', lease.transaction().create('/guarded').commit(), (results) => `done ${results.length}`);
      expect(world.after(100)).toEqual(['first done 1', 'first |']);
      zk.delete(`${path}/${world.children(path)[0]}`).subscribe();
      while (world.children(path).length > 0) world.time.advance(1);
      world.watch('late', lease.transaction().delete('/guarded').commit());
      expect(lease.valid).toBe(true);
      expect(world.after(100).sort()).toEqual(['all ! LEASE_LOST', 'late ! LEASE_LOST']);
      expect(world.server.tree().has('/guarded')).toBe(true);
    }
  );

  it('hear of a request for any one of them', () => {
    const { lease } = holding();
    world.watch('asked', lease.revoked$);
    revoke(world.client().zk, lease.leases[1]!.path).subscribe();
    expect(world.after(100)).toEqual(['asked undefined', 'asked |']);
  });

  it('are what work may be done under, which ends before they are given back', () => {
    const work = ({ tokens }: MultiLease): Observable<string> =>
      merge(of(`${tokens.length} locks`), NEVER).pipe(finalize(() => world.log.push(`ended, ${nodes().join()}`)));
    const subscription = world.watch('work', multiLock(world.client().zk, ['/a', '/b']).pipe(whileHeld(work)));
    expect(world.after(200)).toEqual(['work 2 locks']);
    subscription.unsubscribe();
    expect([world.after(100), nodes()]).toEqual([['ended, 1,1,0'], [0, 0, 0]]);
  });

  it('may be owned by a promise', async () => {
    const promise = acquire(multiLock(world.client().zk, ['/a', '/b']));
    world.time.advance(200);
    const owned = await promise;
    expect(owned.lease.tokens.length).toBe(2);
    await owned[Symbol.asyncDispose]();
    world.time.advance(100);
    expect(nodes()).toEqual([0, 0, 0]);
  });

  it('names what is wrong with its arguments', () => {
    const { zk } = world.client();
    const argument = (paths: readonly string[], options = {}) => {
      let found = '';
      multiLock(zk, paths, options).subscribe({ error: (error: { argument: string }) => (found = error.argument) });
      return found;
    };
    expect(argument([])).toBe('paths');
    expect(argument(['/a', 'b'])).toBe('paths[1]');
    expect(argument(['/a', '/b', '/a'])).toBe('paths[2]');
    expect(argument(['/a'], { timeout: -1 })).toBe('options.timeout');
    expect(argument(['/a'], { wait: 1 })).toBe('options.wait');
  });
});

describe('whatever happens to links, sessions and the server', () => {
  it('no lock of several is held by two at a time, and nobody waits for ever', () => {
    const PAIRS = [
      ['/a', '/b'],
      ['/c', '/b'],
      ['/c', '/a'],
    ]; // each wants what both others want
    fc.assert(
      fc.property(lawfulMisfortunes, (events) => {
        world = new VirtualWorld();
        const clients = [world.client(), world.client(), world.client()];
        const leases: MultiLease[] = [];
        const subscriptions = clients.map(({ zk }, i) =>
          multiLock(zk, PAIRS[i]!)
            .pipe(retry({ delay: () => timer(200, world.time) }))
            .subscribe((lease) => leases.push(lease))
        );
        const valid = () => leases.filter((lease) => lease.valid).length;
        const check = () => {
          if (valid() > 1) throw new Error(`${valid()} leases are valid`);
        };
        for (const event of events) befall(world, clients, event, check);
        settle(world, clients);
        expect(valid()).toBe(1);
        for (let left = 3; left > 0; left--) {
          const holder = leases.find((lease) => lease.valid)!;
          subscriptions[
            PAIRS.findIndex((pair) => pair.every((path) => holder.leases.some((lease) => lease.path.startsWith(path))))
          ]!.unsubscribe();
          world.time.advance(1000);
          expect(valid()).toBe(left > 1 ? 1 : 0);
        }
        expect(nodes()).toEqual([0, 0, 0]);
      }),
      { numRuns: 40 }
    );
  });
});
