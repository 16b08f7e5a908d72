import { beforeEach, describe, expect, it } from '@jest/globals';
import { NEVER, finalize, merge, of } from 'rxjs';
import { type Lease, type ServerError, lock, semaphore, whileHeld } from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));
const held = () => 'held';

describe('a lock', () => {
  it('is held by one at a time, first come first served, and goes on to the next', () => {
    const [a, b, c] = [world.client(), world.client(), world.client()];
    const first = world.watch('a', lock(a.zk, '/lock'), held);
    world.after(100);
    const second = world.watch('b', lock(b.zk, '/lock'), held);
    world.after(100);
    world.watch('c', lock(c.zk, '/lock'), held);
    expect([world.after(5000), world.children('/lock').length]).toEqual([[], 3]);
    first.unsubscribe();
    expect(world.after(50)).toEqual(['b held']);
    second.unsubscribe();
    expect([world.after(50), world.children('/lock').length]).toEqual([['c held'], 1]);
  });

  it('has a higher token for every later holder', () => {
    const tokens: bigint[] = [];
    for (let i = 0; i < 3; i++) {
      const { zk } = world.client();
      const subscription = lock(zk, '/lock').subscribe(({ token }) => tokens.push(token));
      world.after(50);
      subscription.unsubscribe();
      world.after(50);
    }
    expect(tokens.length).toBe(3);
    expect(tokens[0]! < tokens[1]! && tokens[1]! < tokens[2]!).toBe(true);
  });

  it('is not given to the one behind when somebody in the middle leaves', () => {
    const clients = [world.client(), world.client(), world.client()];
    const subscriptions = clients.map(({ zk }, i) => {
      const subscription = world.watch(`${i}`, lock(zk, '/lock'), held);
      world.time.advance(50);
      return subscription;
    });
    expect(world.after(0)).toEqual(['0 held']);
    subscriptions[1]!.unsubscribe();
    expect(world.after(500)).toEqual([]);
    subscriptions[0]!.unsubscribe();
    expect(world.after(50)).toEqual(['2 held']);
  });

  it('leaves no node behind when it is given up while the node is being created', () => {
    const { zk } = world.client();
    world.after(50);
    const subscription = lock(zk, '/lock').subscribe();
    world.time.advance(1); // the create is on its way
    subscription.unsubscribe();
    world.after(1000);
    expect(world.children('/lock')).toEqual([]);
  });

  it('is found again by its name when the reply to its create is lost', () => {
    let lost = false;
    world = new VirtualWorld({
      faults: ({ operation }) =>
        operation === 'create2' && world.server.tree().has('/lock') && !lost ? ((lost = true), 'cutAfter') : undefined,
    });
    const { zk } = world.client();
    world.watch('a', zk.create('/lock'), () => 'parent');
    world.after(50);
    world.watch('a', lock(zk, '/lock'), held);
    expect([world.after(3000), world.children('/lock').length, lost]).toEqual([['a held'], 1, true]);
  });

  it('is kept over a short loss of the link', () => {
    const a = world.client();
    let lease: Lease | undefined;
    world.watch('a', lock(a.zk, '/lock'), (it) => ((lease = it), 'held'));
    expect(world.after(1000)).toEqual(['a held']);
    void world.server.refuse();
    world.after(500);
    void world.server.accept();
    world.after(2000);
    expect([world.after(0), lease!.valid, lease!.signal.aborted]).toEqual([[], true, false]);
  });

  it('is lost half a timeout after the last proof, well before another can have it', () => {
    const [a, b] = [world.client(), world.client()];
    let lease!: Lease;
    world.watch('a', lock(a.zk, '/lock'), (it) => ((lease = it), 'held'));
    world.after(100);
    world.watch('b', lock(b.zk, '/lock'), () => `held ${String(lease.signal.aborted)}`);
    world.after(900);
    a.cut();
    expect(world.after(2100)).toEqual(['a ! LEASE_LOST']);
    expect([lease.valid, lease.lost?.code]).toEqual([false, 'LEASE_LOST']);
    expect(world.after(5000)).toEqual(['b held true']);
  });

  it('is lost with the session, and with its node', () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('a', lock(a.zk, '/lock'), held);
    world.after(100);
    world.server.expire(a.zk.ticket.id);
    expect(world.after(1000)).toEqual(['a ! LEASE_LOST']);
    world.watch('b', lock(b.zk, '/lock'), held);
    world.after(100);
    b.zk.delete(`/lock/${world.children('/lock')[0]}`).subscribe();
    expect(world.after(100)).toEqual(['b ! LEASE_LOST']);
  });

  it('is refused to the session that holds it, unless that was asked for', () => {
    const { zk } = world.client();
    world.watch('outer', lock(zk, '/lock'), held);
    world.after(100);
    world.watch('inner', lock(zk, '/lock'), held);
    world.watch('shared', lock(zk, '/lock', { reentrant: true }), held);
    expect(world.after(100).sort()).toEqual(['inner ! REENTRANT', 'shared held']);
  });

  it('is refused to the session that holds it also when others have come in between', () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('outer', lock(a.zk, '/lock'), held);
    world.after(50);
    world.watch('b', lock(b.zk, '/lock'), held);
    world.after(50);
    world.watch('inner', lock(a.zk, '/lock'), held);
    expect([world.after(100), world.children('/lock').length]).toEqual([['inner ! REENTRANT'], 2]);
  });

  it('that is shared stays held until both have given it back, and others wait for that', () => {
    const [a, b] = [world.client(), world.client()];
    const outer = world.watch('outer', lock(a.zk, '/lock'), held);
    world.after(50);
    const inner = world.watch('inner', lock(a.zk, '/lock', { reentrant: true }), held);
    world.after(50);
    world.watch('b', lock(b.zk, '/lock'), held);
    outer.unsubscribe();
    expect(world.after(1000)).toEqual([]);
    inner.unsubscribe();
    expect(world.after(50)).toEqual(['b held']);
  });

  it('is waited for only as long as was asked for', () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('a', lock(a.zk, '/lock'), held);
    world.after(100);
    world.watch('impatient', lock(b.zk, '/lock', { timeout: 0 }), held);
    expect(world.after(50)).toEqual(['impatient ! NOT_ACQUIRED']);
    world.watch('patient', lock(b.zk, '/lock', { timeout: 700 }), held);
    expect(world.after(699)).toEqual([]);
    expect(world.after(1)).toEqual(['patient ! NOT_ACQUIRED']);
    expect([world.after(50), world.children('/lock').length]).toEqual([[], 1]);
  });

  it('guards writes: a transaction of a lease that is lost is refused by the server', () => {
    const { zk } = world.client();
    let lease!: Lease;
    const subscription = world.watch('a', lock(zk, '/lock'), (it) => ((lease = it), 'held'));
    world.after(100);
    world.watch('first', lease.transaction().create('/guarded').commit(), (results) =>
      results.map(({ path }) => path).join()
    );
    world.watch('wrong', lease.transaction().check('/guarded').delete('/missing').commit());
    expect(world.after(50)).toEqual(['first /guarded', 'first |', 'wrong ! NO_NODE']);
    lease
      .transaction()
      .check('/guarded')
      .delete('/missing')
      .commit()
      .subscribe({
        error: ({ index, path }: ServerError) => void world.log.push(`operation ${index}, ${path}`),
      });
    expect(world.after(50)).toEqual(['operation 1, /missing']);
    subscription.unsubscribe();
    world.after(50);
    world.watch('late', lease.transaction().delete('/guarded').commit(), () => 'done');
    expect([world.after(50), world.server.tree().has('/guarded')]).toEqual([['late ! LEASE_LOST'], true]);
  });

  it('names what is wrong with its arguments', () => {
    const { zk } = world.client();
    const argument = (make: () => ReturnType<typeof lock>) => {
      let found = '';
      make().subscribe({ error: (error: { argument: string }) => (found = error.argument) });
      return found;
    };
    expect(argument(() => lock(zk, 'lock'))).toBe('path');
    expect(argument(() => lock(zk, '/lock', { timeout: -1 }))).toBe('options.timeout');
    expect(argument(() => lock(zk, '/lock', { layout: 'mine' as 'kazoo' }))).toBe('options.layout');
    expect(argument(() => lock(zk, '/lock', { wait: 1 } as object))).toBe('options.wait');
    expect(argument(() => semaphore(zk, '/lock', 0))).toBe('leases');
  });
});

describe('what is done with a lock', () => {
  it('is done while it is held, and ended before it is given back', () => {
    const a = world.client();
    const work = () =>
      merge(of('working'), NEVER).pipe(finalize(() => world.log.push(`ended, ${world.children('/lock').length} node`)));
    const subscription = world.watch('a', lock(a.zk, '/lock').pipe(whileHeld(work)));
    expect(world.after(100)).toEqual(['a working']);
    subscription.unsubscribe();
    expect(world.after(100)).toEqual(['ended, 1 node']);
    expect(world.children('/lock')).toEqual([]);
  });
});
