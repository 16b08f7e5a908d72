import { beforeEach, describe, expect, it } from '@jest/globals';
import { filter } from 'rxjs';
import { type TimeLease, type TimeLeaseOptions, type ZooKeeper, lock, timeLease } from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

/** The time of day in these stories: they begin when 2026 does. */
const now = () => Date.UTC(2026, 0, 1) + world.time.now();
const time = (ms: number) => new Date(ms).toISOString().slice(11, 19);
const show = (lease: TimeLease | undefined) =>
  lease === undefined ? 'not' : `${lease.path} until ${time(lease.until)}`;
const ask = (zk: ZooKeeper, holder: string, options: Partial<TimeLeaseOptions> = {}, path = '/job') =>
  world.watch(holder, timeLease(zk, path, { holder, duration: 60_000, now, ...options }), show);
const said = (path = '/job') => String(world.server.tree().get(`${path}/lease_holder`)?.data);
const locks = (path = '/job') => world.children(path).filter((name) => name !== 'lease_holder');

describe('a lease by the clock', () => {
  it('goes to the first who asks, is refused to others without waiting, and is free when its time is over', () => {
    const [a, b] = [world.client(), world.client()];
    ask(a.zk, 'ann');
    expect(world.after(100)).toEqual(['ann /job/lease_holder until 00:01:00', 'ann |']);
    expect(JSON.parse(said())).toEqual({ version: 1, holder: 'ann', end: '2026-01-01T00:01:00' });
    ask(b.zk, 'bob');
    expect([world.after(100), locks()]).toEqual([['bob not', 'bob |'], []]);
    world.after(60_000 - world.time.now() - 10);
    ask(b.zk, 'bob', { duration: 5000 });
    expect(world.after(20)).toEqual(['bob not', 'bob |']);
    ask(b.zk, 'bob', { duration: 5000 });
    expect(world.after(100)).toEqual(['bob /job/lease_holder until 00:01:05', 'bob |']);
  });

  it('outlives the session, and is renewed by the same holder, from whatever process', () => {
    const a = world.client();
    ask(a.zk, 'ann');
    world.after(100);
    a.leave();
    world.after(20_000);
    ask(world.client().zk, 'ann');
    expect(world.after(100)).toEqual(['ann /job/lease_holder until 00:01:20', 'ann |']);
    ask(world.client().zk, 'bob');
    expect(world.after(100)).toEqual(['bob not', 'bob |']);
  });

  it('is had by one of many who ask at the same moment, in one session or in several', () => {
    const [a, b] = [world.client(), world.client()];
    for (const { zk } of [a, b])
      for (const holder of ['1', '2', '3']) ask(zk, `${holder} of ${zk === a.zk ? 'a' : 'b'}`);
    const answers = world.after(3000).filter((line) => !line.endsWith('|'));
    expect([answers.length, answers.filter((line) => !line.endsWith('not')).length, locks()]).toEqual([6, 1, []]);
  });

  it('is had by so many as were asked for, one each', () => {
    const { zk } = world.client();
    for (const holder of ['a', 'b', 'c']) ask(zk, holder, { leases: 2 });
    expect(
      world
        .after(1000)
        .filter((line) => !line.endsWith('|'))
        .map((line) => line.slice(0, 8))
        .sort()
    ).toEqual(['a /job/0', 'b /job/1', 'c not']);
    ask(zk, 'b', { leases: 2 });
    expect(world.after(100)).toEqual(['b /job/1/lease_holder until 00:01:01', 'b |']);
  });

  it('waits for whoever holds the lock about it, and says nothing meanwhile', () => {
    const other = lock(world.client().zk, '/job', { layout: 'kazoo' }).subscribe();
    world.time.advance(100);
    ask(world.client().zk, 'ann');
    expect(world.after(10_000)).toEqual([]);
    other.unsubscribe();
    expect(world.after(100)).toEqual(['ann /job/lease_holder until 00:01:10', 'ann |']);
  });

  it('is left to whoever writes a newer version, and says when the node is no lease', () => {
    const { zk } = world.client();
    const put = (text: string) => {
      zk.create('/job/lease_holder', Buffer.from(text), { parents: true }).subscribe({
        error: () => zk.set('/job/lease_holder', Buffer.from(text)).subscribe(),
      });
      world.time.advance(50);
      ask(zk, 'ann');
      return world.after(100)[0];
    };
    expect(put('{"version":2,"until":7}')).toBe('ann not');
    for (const text of [
      '',
      'null',
      '7',
      '{}',
      '{"version":1,"holder":"ann"}',
      '{"version":1,"holder":"ann","end":"soon"}',
    ])
      expect([text, put(text)]).toEqual([text, 'ann ! BAD_VALUE']);
    expect(locks()).toEqual([]);
  });

  it('is refused by the ACL of the place', () => {
    const { zk } = world.client();
    zk.create('/job', null, { acl: [{ permissions: 1, scheme: 'world', id: 'anyone' }] }).subscribe();
    world.after(50);
    ask(zk, 'ann');
    expect(world.after(100)).toEqual(['ann ! NO_AUTH']);
  });

  it('leaves nothing behind when it is given up while the lock is being created', () => {
    const { zk } = world.client();
    world.after(50);
    const subscription = ask(zk, 'ann');
    world.time.advance(1); // on its way
    subscription.unsubscribe();
    expect([world.after(1000), world.children('/job')]).toEqual([[], []]);
  });

  it.each(['cut', 'cutAfter'] as const)(
    'says that its effect is unknown when the link goes with the write (%s), and asking again finds out',
    (fault) => {
      let losses = 0;
      world = new VirtualWorld({
        faults: ({ operation }) => (operation === 'multi' && ++losses === 2 ? fault : undefined),
      }); // the first proves the lock
      let effect = '';
      const { zk } = world.client();
      timeLease(zk, '/job', { holder: 'ann', duration: 60_000, now }).subscribe({
        error: (error: { effect: string }) => (effect = error.effect),
      });
      world.after(3000);
      expect([effect, said() !== 'undefined', locks()]).toEqual(['unknown', fault === 'cutAfter', []]);
      ask(zk, 'ann');
      expect(world.after(100)).toEqual(['ann /job/lease_holder until 00:01:03', 'ann |']);
    }
  );

  it('does not pass a write in a silent cut off as one that was not made', () => {
    const a = world.client();
    ask(a.zk, 'ann', { duration: 1000 });
    world.after(3000);
    let writes = 0;
    let effect = '';
    timeLease(a.zk, '/job', {
      holder: 'ann',
      duration: 60_000,
      now: () => (writes++ === 0 && a.cut(), now()),
    }).subscribe({ error: (error: { effect: string }) => (effect = error.effect) });
    world.after(3000);
    expect([writes, effect]).toEqual([1, 'unknown']);
  });

  it('reads again when the link goes with the read', () => {
    let losses = 0;
    world = new VirtualWorld({
      faults: ({ operation, path }) =>
        operation === 'getData' && path === '/job/lease_holder' && losses++ === 0 ? 'cutAfter' : undefined,
    });
    ask(world.client().zk, 'ann');
    expect(world.after(1500)).toEqual(['ann /job/lease_holder until 00:01:00', 'ann |']);
  });

  it.each(['expired', 'deleted', 'cut off'] as const)(
    'errors with LEASE_LOST, having written nothing, when the lock about it goes before the write: %s',
    (how) => {
      const hang = { getData: 30_000 } as Record<string, number>;
      world = new VirtualWorld({
        faults: ({ operation, path }) =>
          path === '/job/lease_holder' && hang[operation] !== undefined ? { delay: hang[operation] } : undefined,
      });
      const a = world.client();
      ask(a.zk, 'ann');
      world.after(200);
      if (how === 'expired') world.server.expire(a.zk.ticket.id);
      else if (how === 'cut off') a.cut();
      else world.client().zk.delete(`/job/${locks()[0]}`).subscribe();
      expect([world.after(3000), said()]).toEqual([['ann ! LEASE_LOST'], 'undefined']);
    }
  );

  it('takes the time from the system where no clock is given', () => {
    const { zk } = world.client();
    const untils: number[] = [];
    timeLease(zk, '/job', { holder: 'ann', duration: 60_000 })
      .pipe(filter((lease) => lease !== undefined))
      .subscribe(({ until }) => untils.push(until));
    world.after(100);
    expect(Math.abs(untils[0]! - Date.now() - 60_000)).toBeLessThan(5000);
  });

  it('names what is wrong with its arguments', () => {
    const { zk } = world.client();
    const argument = (options: object, path = '/job') => {
      let found = '';
      timeLease(zk, path, { holder: 'ann', duration: 60_000, ...options }).subscribe({
        error: (error: { argument: string }) => (found = error.argument),
      });
      return found;
    };
    expect([
      argument({}, 'job'),
      argument({ holder: '' }),
      argument({ duration: 999 }),
      argument({ leases: 0 }),
      argument({ wait: 1 }),
    ]).toEqual(['path', 'options.holder', 'options.duration', 'options.leases', 'options.wait']);
  });
});
