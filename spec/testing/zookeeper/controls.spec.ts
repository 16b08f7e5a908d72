import { afterEach, describe, expect, it } from '@jest/globals';
import { VirtualTimeScheduler, firstValueFrom, toArray } from 'rxjs';
import {
  type EmbeddedArakoon,
  type EmbeddedZooKeeper,
  type ZooKeeperServerOptions,
  arakoonInMemory,
  faultProxy,
  zooKeeperInMemory,
  startZooKeeper,
} from '../../../lib/testing/index.js';
import { ArakoonCore } from '../../../lib/testing/arakoon/arakoonCore.js';
import { arakoonServerSettings } from '../../../lib/testing/arakoon/arakoonServerOptions.js';
import { ZooKeeperCore } from '../../../lib/testing/zookeeper/zooKeeperCore.js';
import { zooKeeperServerSettings } from '../../../lib/testing/zookeeper/zooKeeperServerOptions.js';
import { RawGuest } from '../../helpers/rawGuest.js';
import { VirtualTime } from '../../helpers/virtualTime.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';
import { bool, frame, str } from '../../helpers/wireBytes.js';
import { helloBytes, request } from '../../differential/rawClient.js';

const usage = (argument: string) => expect.objectContaining({ code: 'USAGE', argument });
const stopped: (() => Promise<void>)[] = [];
afterEach(async () => void (await Promise.all(stopped.splice(0).map((stop) => stop()))));

describe('a typing mistake in what controls the embedded ZooKeeper', () => {
  const server = () => zooKeeperInMemory({ scheduler: new VirtualTime() });

  it.each<[string, string, (server: EmbeddedZooKeeper) => unknown]>([
    ['a session that there never was', 'sessionId', (it) => it.expire(12345n)],
    ['the session of a client that has none', 'sessionId', (it) => it.expire(0n)],
    ['an id of another type', 'sessionId', (it) => it.expire(1 as never)],
    ['no id', 'sessionId', (it) => it.expire(undefined as never)],
    ['a path that is none', 'path', (it) => it.tree('a')],
    ['a path with a slash at its end', 'path', (it) => it.tree('/a/')],
    ['an unknown option of a transport', 'options.latnecy', (it) => it.transport({ latnecy: 5 } as never)],
    ['a latency that is none', 'options.latency', (it) => it.transport({ latency: -1 })],
    ['a switch that is no boolean', 'readOnly', (it) => (it.readOnly = 'yes' as never)],
  ])('is an error: %s', (_what, argument, act) => expect(() => act(server())).toThrow(usage(argument)));

  it.each<[string, unknown]>([
    ['host', 5],
    ['port', '2181'],
    ['version', 3.8],
    ['version', '3.3.0'],
    ['superDigest', 'super:secret'],
    ['superDigest', 5],
    ['users', 'bob'],
    ['users.bob', { bob: 5 }],
    ['requireSasl', 'yes'],
    ['fourLetterWords', 'srvr'],
    ['fourLetterWords[1]', ['srvr', 'ruokk']],
    ['readOnly', 1],
    ['extendedTypes', 'no'],
    ['enforceQuota', 0],
    ['reapInterval', '1'],
    ['tls', true],
    ['dataFile', 7],
    ['faults', 'cut'],
    ['scheduler', {}],
    ['now', 0],
    ['maxBuffer', '1'],
    ['tickTime', 0],
  ])('is an error of the option %s: %j', async (argument, value) => {
    const options = { [argument.replace(/[.[].*/, '')]: value } as ZooKeeperServerOptions;
    expect(() => zooKeeperInMemory(options)).toThrow(usage(`options.${argument}`));
    await expect(startZooKeeper(options)).rejects.toEqual(usage(`options.${argument}`));
  });

  it('shows no password in its message', () => {
    for (const options of [{ superDigest: 'super:hunter2' }, { users: 'hunter2' }, { users: ['hunter2'] }]) {
      expect(() => zooKeeperInMemory(options as never)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('hunter2') })
      );
    }
  });

  it('tells a session that has ended from one that there never was', () => {
    const world = new VirtualWorld();
    const { zk } = world.client();
    world.after(10);
    const { id } = zk.ticket;
    expect([world.server.expire(id), world.server.expire(id)]).toEqual([true, false]);
    expect(() => world.server.expire(id + 1000n)).toThrow(usage('sessionId'));
  });

  it('may come twice: a second pause or refusal changes nothing, nor does resuming without a pause', async () => {
    const world = new VirtualWorld();
    world.client({ sessionTimeout: 1000 });
    world.after(10);
    world.server.resume();
    world.server.pause();
    world.server.pause();
    world.after(5000);
    expect(world.server.sessions).toHaveLength(1);
    world.server.resume();
    await world.server.refuse();
    await world.server.refuse();
    world.server.resume();
    const { sessions } = world.server;
    world.after(60_000);
    expect(sessions.length).toBeGreaterThan(0);
    expect(world.server.sessions).toEqual(sessions); // nothing ends while nobody is taken in
    await world.server.accept();
    await world.server.accept();
  });
});

/** What a `faults` function may give by mistake. */
const MISTAKES: readonly (readonly [string, unknown])[] = [
  ['faults', 'cutt'],
  ['faults', null],
  ['faults', true],
  ['faults', 5],
  ['faults.dealy', { dealy: 5 }],
  ['faults', {}],
  ['faults.delay', { delay: '5' }],
  ['faults.delay', { delay: -1 }],
  ['faults.error', { error: 'NO_NODE' }],
  ['faults.error', { error: 0 }],
  ['faults', { error: -1, delay: 1 }],
  ['faults', Promise.resolve('cut')],
];

describe('a fault that there is not', () => {
  it.each(MISTAKES)('is an error of the embedded ZooKeeper, which names %s: %j', (argument, fault) => {
    const core = new ZooKeeperCore(
      zooKeeperServerSettings({ scheduler: new VirtualTime(), faults: () => fault as never }),
      undefined
    );
    const guest = new RawGuest(core).say(helloBytes({}));
    expect(() => guest.say(frame(request(1, 3, str('/'), bool(false))))).toThrow(usage(argument));
  });

  it.each(MISTAKES)('is an error of the embedded Arakoon, which names %s: %j', (argument, fault) => {
    const core = new ArakoonCore(arakoonServerSettings({ scheduler: new VirtualTime(), faults: () => fault as never }));
    const guest = new RawGuest(core.nodes[0]!).say(Buffer.from('0000ffb101000000070000006172616b6f6f6e', 'hex'));
    expect(() => guest.say(Buffer.from('0200ffb1', 'hex'))).toThrow(usage(argument));
  });
});

describe('a typing mistake in what controls the embedded Arakoon', () => {
  const arakoon = () => arakoonInMemory({ nodes: ['a', 'b', 'c'], scheduler: new VirtualTimeScheduler() });

  it.each<[string, string, (arakoon: EmbeddedArakoon) => unknown]>([
    ...(['entries', 'connections', 'drop', 'pause', 'resume', 'goDown'] as const).map(
      (name): [string, string, (it: EmbeddedArakoon) => unknown] => [
        `${name} of an unknown node`,
        'node',
        (it) => it[name]('d'),
      ]
    ),
    ['an unknown master', 'node', (it) => it.electMaster('d')],
    ['a master of another type', 'node', (it) => it.electMaster(0 as never)],
    ['the lag of an unknown node', 'node', (it) => it.lag(1, 'd')],
    ['a lag that is none', 'transactions', (it) => it.lag(-1)],
    ['a lag that is a node', 'transactions', (it) => it.lag('a' as never)],
    ['an unknown option of a transport', 'options.latnecy', (it) => it.transport({ latnecy: 5 } as never)],
  ])('is an error: %s', (_what, argument, act) => expect(() => act(arakoon())).toThrow(usage(argument)));

  it.each(['refuse', 'accept'] as const)('is an error: %s of an unknown node', async (name) => {
    await expect(arakoon()[name]('d')).rejects.toEqual(usage('node'));
  });

  it.each<[string, unknown]>([
    ['id', 5],
    ['nodes', 'a'],
    ['master', 'd'],
    ['readonly', 'yes'],
    ['version', 1.9],
    ['build', 7],
    ['entries', 'a'],
    ['entries.a', { a: 5 }],
    ['host', 5],
    ['tls', true],
    ['userFunctions.f', { f: 5 }],
    ['userHooks.h', { h: 'x' }],
    ['faults', 'cut'],
    ['scheduler', {}],
    ['now', 0],
    ['lag', '1'],
    ['maxConnections', -1],
  ])('is an error of the option %s: %j', (argument, value) => {
    expect(() => arakoonInMemory({ [argument.replace(/\..*/, '')]: value })).toThrow(usage(`options.${argument}`));
  });
});

describe('a typing mistake in what controls the fault proxy', () => {
  it('is an error', async () => {
    const proxy = await faultProxy({ target: '127.0.0.1:1' });
    stopped.push(() => proxy.stop());
    expect(() => proxy.stall('toSever' as never)).toThrow(usage('direction'));
    expect(() => proxy.stall('both', 'loose' as never)).toThrow(usage('how'));
    expect(() => proxy.flow('up' as never)).toThrow(usage('direction'));
    expect(() => proxy.delay(-1)).toThrow(usage('ms'));
    expect(() => proxy.split(1, 'x' as never)).toThrow(usage('direction'));
    expect(() => proxy.bandwidth(0.5)).toThrow(usage('bytesPerSecond'));
    expect(() => (proxy.target = 'zk')).toThrow(usage('target'));
    expect(() => proxy.play([], {} as never)).toThrow(usage('scheduler'));
    await expect(proxy.cutAfter(-1, 'toClient')).rejects.toEqual(usage('bytes'));
    await expect(proxy.cutAfter(1, 'both' as never)).rejects.toEqual(usage('direction'));
    await expect(firstValueFrom(proxy.play([{ cutt: true } as never]).pipe(toArray()))).rejects.toEqual(
      usage('script[0].cutt')
    );
  });
});
