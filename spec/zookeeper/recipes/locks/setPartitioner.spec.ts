import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NEVER, type Subscription, defer, finalize, merge, switchMap } from 'rxjs';
import { type Part, type SetPartitionerOptions, lock, setPartitioner } from '../../../../lib/index.js';
import { befall, lawfulMisfortunes, misfortunes, settle } from '../../../helpers/misfortunes.js';
import { type VirtualClient, VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

const SET = ['e', 'd', 'c', 'b', 'a'];
const show = (parts: readonly Part[]) => `[${parts.map(({ item }) => item).join('')}]`;
const join = (
  name: string,
  client: VirtualClient = world.client(),
  options: SetPartitionerOptions = {}
): Subscription => world.watch(name, setPartitioner(client.zk, '/set', SET, { name, settle: 100, ...options }), show);
/** The items whose locks have a node. */
const locked = () =>
  SET.filter((item) => world.children(`/set/locks/${item}`).length > 0)
    .sort()
    .join('');
/** The clients whose names are given have joined, one after the other, and all is quiet. */
const joined = (...names: string[]) => {
  const clients = names.map((name) => {
    const client = world.client();
    return { ...client, subscription: join(name, client) };
  });
  world.after(1000);
  return clients;
};

describe('a set that is divided', () => {
  it('is all of the only member, and divided evenly when others come', () => {
    join('ann');
    expect(world.after(500)).toEqual(['ann []', 'ann [abcde]']);
    join('bob');
    expect(world.after(500).sort()).toEqual(['ann []', 'ann [ace]', 'bob []', 'bob [bd]']);
    join('cid');
    expect(world.after(500).sort()).toEqual(['ann []', 'ann [ad]', 'bob []', 'bob [be]', 'cid []', 'cid [c]']);
    expect(world.after(60_000)).toEqual([]);
  });

  it('is divided anew when a member leaves, whose locks and node are gone then', () => {
    const [ann] = joined('ann', 'bob');
    ann!.subscription.unsubscribe();
    expect(world.after(500)).toEqual(['bob []', 'bob [abcde]']);
    expect(world.children('/set/party').length).toBe(1);
  });

  it('has members with nothing, when there are more of them than items', () => {
    joined('1', '2', '3', '4', '5');
    join('6');
    expect(world.after(1000)).toEqual(['6 []']);
  });

  it('may be empty', () => {
    world.watch('ann', setPartitioner(world.client().zk, '/set', [], { settle: 0 }), show);
    expect(world.after(1000)).toEqual(['ann []']);
  });

  it('lets a share be whose items stay the same', () => {
    joined('ann', 'bob', 'cid', 'dan', 'eve', 'fox');
    join('gus');
    expect(world.after(1000)).toEqual(['gus []']);
  });

  it('is divided once when many come within the time to settle', () => {
    const [a, b, c] = [world.client(), world.client(), world.client()];
    world.after(50);
    join('ann', a, { settle: 1000 });
    world.after(600);
    join('bob', b, { settle: 1000 });
    world.after(600);
    join('cid', c, { settle: 1000 });
    expect(world.after(900)).toEqual([]);
    expect(
      world
        .after(1000)
        .filter((line) => !line.endsWith('[]'))
        .sort()
    ).toEqual(['ann [ad]', 'bob [be]', 'cid [c]']);
  });

  it('has each item with its lease: a token, and transactions that are refused once it is lost', () => {
    let parts: readonly Part[] = [];
    const client = world.client();
    setPartitioner(client.zk, '/set', SET, { settle: 0 }).subscribe((now) => (parts = now));
    world.after(500);
    const { lease } = parts[2]!;
    expect([parts.length, lease.valid, lease.path.startsWith('/set/locks/c/')]).toEqual([5, true, true]);
    world.server.expire(client.zk.ticket.id);
    world.watch('late', lease.transaction().create('/guarded').commit());
    expect(world.after(5000).some((line) => line.startsWith('late !'))).toBe(true);
    expect([lease.signal.aborted, world.server.tree().has('/guarded')]).toEqual([true, false]);
  });
});

describe('what is done for the parts', () => {
  const work = (name: string) => (parts: readonly Part[]) =>
    merge(
      ...parts.map(({ item }) =>
        defer(() => (world.log.push(`${name} begins ${item}`), NEVER)).pipe(
          finalize(() => world.log.push(`${name} ends ${item}`))
        )
      )
    );

  it('has ended before any of them is given back, and so before another begins', () => {
    const [a, b] = [world.client(), world.client()];
    setPartitioner(a.zk, '/set', ['x', 'y'], { name: 'ann', settle: 0 })
      .pipe(switchMap(work('ann')))
      .subscribe();
    world.time.advance(500);
    setPartitioner(b.zk, '/set', ['x', 'y'], { name: 'bob', settle: 0 })
      .pipe(switchMap(work('bob')))
      .subscribe();
    const log = world.after(500);
    expect(log.slice(0, 4)).toEqual(['ann begins x', 'ann begins y', 'ann ends x', 'ann ends y']);
    expect(log.slice(4).sort()).toEqual(['ann begins x', 'bob begins y']);
  });

  it('may write when it ends, before the lock is given back', () => {
    const order: string[] = [];
    world = new VirtualWorld({
      faults: ({ operation, path }) =>
        void (
          /^(setData|delete)$/.test(operation) && order.push(`${operation} ${path!.split('/').slice(0, 4).join('/')}`)
        ),
    });
    const { zk } = world.client();
    zk.create('/offset').subscribe();
    setPartitioner(zk, '/set', ['x'], { name: 'ann', settle: 0 })
      .pipe(
        switchMap((parts) =>
          parts.length === 0 ? [] : NEVER.pipe(finalize(() => zk.set('/offset', null).subscribe()))
        )
      )
      .subscribe();
    world.after(500);
    setPartitioner(world.client().zk, '/set', ['x'], { name: 'abe', settle: 0 }).subscribe();
    world.after(500);
    expect(order).toEqual(['setData /offset', 'delete /set/locks/x']);
  });

  it('ends with a lock of it that somebody deletes, and begins again', () => {
    const { zk } = world.client();
    setPartitioner(zk, '/set', ['x', 'y'], { settle: 0 })
      .pipe(switchMap(work('ann')))
      .subscribe();
    world.after(500);
    world
      .client()
      .zk.delete(`/set/locks/y/${world.children('/set/locks/y')[0]}`)
      .subscribe();
    expect(world.after(500)).toEqual(['ann ends x', 'ann ends y', 'ann begins x', 'ann begins y']);
  });
});

describe('a member', () => {
  it('keeps its parts over a short loss of the link', () => {
    joined('ann', 'bob');
    void world.server.refuse();
    world.after(500);
    void world.server.accept();
    expect(world.after(20_000)).toEqual([]);
  });

  it('lets go when it is cut off in silence, before another can have its parts; and takes part again', () => {
    const [ann] = joined('ann', 'bob');
    ann!.cut();
    expect(world.after(2100)).toEqual(['ann []']);
    expect(world.after(6000)).toEqual(['bob []', 'bob [abcde]']);
    ann!.heal();
    expect(world.after(10_000).sort()).toEqual(['ann [ace]', 'bob []', 'bob [bd]']);
  });

  it('lets go when the link stays away, and has its parts again when it was back in time', () => {
    const ann = world.client({ sessionTimeout: 8000, backoff: { min: 100, max: 200 } });
    join('ann', ann);
    world.after(1000);
    void world.server.refuse();
    expect(world.after(6000)).toEqual(['ann []']);
    void world.server.accept();
    expect(world.after(8000)).toEqual(['ann [abcde]']);
    expect([world.children('/set/party').length, locked()]).toEqual([1, 'abcde']);
  });

  it('loses all with its session, and takes part again with the next', () => {
    const [ann] = joined('ann', 'bob');
    world.server.expire(ann!.zk.ticket.id);
    const log = world.after(10_000);
    expect(log.filter((line) => line.startsWith('ann'))).toEqual(['ann []', 'ann [ace]']);
    expect(log.at(-1)).toMatch(/\[(ace|bd)\]/);
    expect(world.children('/set/party').length).toBe(2);
  });

  it('loses its session while its locks are being created, and takes part with the next', () => {
    const ann = world.client();
    join('ann', ann);
    while (!world.server.tree().has('/set/locks')) world.time.advance(1);
    ann.cut();
    world.after(8000);
    ann.heal();
    expect([world.after(8000).at(-1), locked()]).toEqual(['ann [abcde]', 'abcde']);
  });

  it('comes again when somebody deletes its node, and the others need not notice', () => {
    joined('ann', 'bob');
    world
      .client()
      .zk.delete(`/set/party/${world.children('/set/party')[0]}`)
      .subscribe();
    expect([world.after(2000), world.children('/set/party').length]).toEqual([[], 2]);
  });

  it.each(['party', 'locks'])('leaves no node behind when it leaves while one in %s is being created', (where) => {
    const subscription = join('ann');
    while (!world.server.tree().has(`/set/${where}`)) world.time.advance(1);
    subscription.unsubscribe();
    world.after(1000);
    expect([world.children('/set/party').length, locked()]).toEqual([0, '']);
  });

  it.each(['party', 'locks'])('finds its node again when the reply to its create in %s is lost', (where) => {
    let losses = 0;
    world = new VirtualWorld({
      faults: ({ operation, path }) =>
        /^create/.test(operation) &&
        path?.startsWith(`/set/${where}/`) &&
        path.length > 30 &&
        world.server.tree().has(path.slice(0, path.lastIndexOf('/'))) &&
        losses === 0
          ? (losses++, 'cutAfter')
          : undefined,
    });
    join('ann');
    expect([world.after(5000).at(-1), losses, world.children('/set/party').length]).toEqual(['ann [abcde]', 1, 1]);
    expect(SET.map((item) => world.children(`/set/locks/${item}`).length)).toEqual([1, 1, 1, 1, 1]);
  });

  it('waits for an item that a stranger has locked, and has nothing until then', () => {
    const stranger = lock(world.client().zk, '/set/locks/c', { layout: 'kazoo' }).subscribe();
    world.time.advance(100);
    join('ann');
    expect(world.after(5000)).toEqual(['ann []']);
    stranger.unsubscribe();
    expect(world.after(100)).toEqual(['ann [abcde]']);
  });

  it('is one of its own also in a session that has another, and waits for that one as for any', () => {
    const client = world.client();
    join('ann', client, { settle: 2000 });
    world.after(3000);
    join('bob', client, { settle: 0 });
    expect(world.after(1500)).toEqual(['bob []']);
    const [first, ...rest] = world.after(1500);
    expect([first, rest.sort()]).toEqual(['ann []', ['ann [ace]', 'bob [bd]']]);
  });

  it('lets go when its client is closed, and completes', () => {
    const [ann] = joined('ann');
    void ann!.zk.close();
    expect(world.after(100)).toEqual(['ann []', 'ann |']);
  });

  it.each(['/set', '/set/party', '/set/locks'])('ends with what the server refuses at %s', (path) => {
    const { zk } = world.client();
    zk.create(path, null, { parents: true })
      .pipe(switchMap(() => zk.setAcl(path, [{ permissions: 1, scheme: 'world', id: 'anyone' }])))
      .subscribe();
    world.after(100);
    join('ann');
    expect(world.after(1000).at(-1)).toBe('ann ! NO_AUTH');
  });

  it('names what is wrong with its arguments', () => {
    const { zk } = world.client();
    const argument = (set: readonly string[], options = {}, path = '/set') => {
      let found = '';
      setPartitioner(zk, path, set, options).subscribe({
        error: (error: { argument: string }) => (found = error.argument),
      });
      return found;
    };
    expect([argument([], {}, 'set'), argument(['a', 'b/c']), argument(['']), argument(['a', 'a'])]).toEqual([
      'path',
      'set[1]',
      'set[0]',
      'set[1]',
    ]);
    expect([argument([], { settle: -1 }), argument([], { name: 'a/b' }), argument([], { wait: 1 })]).toEqual([
      'options.settle',
      'options.name',
      'options.wait',
    ]);
  });
});

describe('whatever happens to links, sessions and the server', () => {
  const divide = (clients: readonly VirtualClient[], noted: () => void = () => undefined) => {
    const shares = clients.map((): readonly string[] => []);
    const subscriptions = clients.map(({ zk }, i) =>
      setPartitioner(zk, '/set', SET, { settle: 50 }).subscribe((parts) => {
        shares[i] = parts.map(({ item }) => item);
        noted();
      })
    );
    return { shares, subscriptions };
  };

  it('no two members ever have the same item, and in the end each is had by one', () => {
    fc.assert(
      fc.property(lawfulMisfortunes, (events) => {
        world = new VirtualWorld();
        const clients = [world.client(), world.client(), world.client()];
        const twice: string[] = [];
        const { shares, subscriptions } = divide(clients, () => {
          const all = shares.flat();
          twice.push(...all.filter((item, i) => all.indexOf(item) < i));
        });
        for (const event of events) befall(world, clients, event, () => expect(twice).toEqual([]));
        settle(world, clients);
        expect([twice, shares.flat().sort().join('')]).toEqual([[], 'abcde']);
        expect(shares.map((share) => share.length).sort()).toEqual([1, 2, 2]);
        for (const subscription of subscriptions) subscription.unsubscribe();
        world.time.advance(1000);
        expect([world.children('/set/party'), locked()]).toEqual([[], '']);
      }),
      { numRuns: 20 }
    );
  });

  it('each item is had by one in the end, also when servers end sessions before their time', () => {
    fc.assert(
      fc.property(misfortunes, (events) => {
        world = new VirtualWorld();
        const clients = [world.client(), world.client(), world.client()];
        const { shares } = divide(clients);
        for (const event of events) befall(world, clients, event, () => undefined);
        settle(world, clients);
        expect(shares.flat().sort().join('')).toBe('abcde');
        expect(world.children('/set/party').length).toBe(3);
      }),
      { numRuns: 10 }
    );
  });
});
