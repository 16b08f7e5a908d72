import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Observable, firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import type { Cluster } from '../../../lib/arakoon/index.js';
import { text } from '../../../lib/hive/codecs/hiveCodec.js';
import { MemoryStore } from '../../../lib/hive/memoryStore.js';
import { type AnyHive, openHive } from '../../../lib/hive/open/openHive.js';
import { startArakoon, startEtcd, startZooKeeper } from '../../../lib/testing/index.js';
import { ROOT } from '../../helpers/project.js';

const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);

/** A server that was started, as its client finds it. */
interface Started {
  readonly connectString?: string;
  readonly endpoints?: readonly string[];
  readonly cluster?: Cluster;
}

function arakoonUrl({ cluster }: Started): string {
  const nodes = Object.entries(cluster!.nodes).map(([name, address]) => `${name}=${[address].flat().join()}`);
  return `arakoon://${cluster!.id}?${nodes.join('&')}`;
}

describe('openHive', () => {
  let server: Awaited<ReturnType<typeof startZooKeeper>>;
  beforeAll(async () => {
    server = await startZooKeeper();
  });
  afterAll(() => server?.stop());

  it.each([
    ['memory', 'must begin with zk://, etcd://, etcd2://, arakoon:// or memory:'],
    ['etcd3://host', 'must begin with zk://, etcd://, etcd2://, arakoon:// or memory:'],
    ['', 'must begin with zk://, etcd://, etcd2://, arakoon:// or memory:'],
    ['zk:///place', 'names no server, as zk://host:port/place does'],
    ['zk://host/place#part', "must have no '#'"],
    ['memory://host', 'memory: takes a place only, as memory:/place'],
    ['zk://host/../place', "must have no '.' or '..' in it"],
    ['memory:?a=b', 'memory: takes a place only, as memory:/place'],
    [7 as never, 'must be a string, not a number'],
  ])('refuses the URL %j, and says why', (url, words) =>
    expect(openHive(url)).rejects.toMatchObject({ argument: 'url', message: `url: ${words}` })
  );

  it.each([
    [{ grase: 1 }, 'options.grase'],
    [{ codec: 'json' }, 'options.codec'],
    [{ codec: { ...text, name: '' } }, 'options.codec.name'],
    [{ connection: null }, 'options.connection'],
    [{ connection: { store: {} } }, 'options.connection.store'],
    [{ connection: { other: 1 } }, 'options.connection.other'],
    [{ sliceBytes: 0 }, 'options.sliceBytes'],
    [null, 'options'],
  ])('refuses the options %j, and names the one at fault', async (options, argument) => {
    await expect(openHive('memory:', options as never)).rejects.toMatchObject({ code: 'USAGE', argument });
  });

  it.each([
    ['zk', () => startZooKeeper(), (it: Started) => `zk://${it.connectString!}`],
    ['etcd', () => startEtcd(), (it: Started) => `etcd://${it.endpoints!.join()}`],
    ['etcd2', () => startEtcd(), (it: Started) => `etcd2://${it.endpoints!.join()}`],
    ['arakoon', () => startArakoon({ nodes: ['a', 'b', 'c'] }), arakoonUrl],
  ] as const)(
    'keeps its entries at its place in the store of %s://, and closes its client',
    async (_, start, urlOf) => {
      const store: Started & { stop(): Promise<void> } = await start();
      const url = (place: string) => urlOf(store).replace(/(?=\?|$)/, `/${place}`);
      const first = await openHive(url('apps/shop'));
      await one(first.put('a', { big: Buffer.alloc(700_000, 1) }));
      await first.close();
      await using again = await openHive(url('apps/shop'));
      await using elsewhere = await openHive(url('apps/bank'));
      expect(await one(again.get('a'))).toEqual({ big: new Uint8Array(700_000).fill(1) });
      expect([await one(again.list()), await one(elsewhere.list())]).toEqual([['a'], []]);
      await again.close();
      await elsewhere.close();
      await store.stop();
    }
  );

  it.each(['zk://127.0.0.1:1', 'etcd://127.0.0.1:1', 'etcd2://127.0.0.1:1', 'arakoon://c?a=127.0.0.1:1'])(
    'rejects where nothing listens: %s',
    (url) => expect(openHive(url, { connection: { openTimeout: 200 } })).rejects.toMatchObject({ layer: 'transport' })
  );

  it('imports no client of a store before it is asked for one', () => {
    const source = readFileSync(join(ROOT, 'lib/hive/open/openHive.ts'), 'utf8');
    expect(source.match(/^import (?!type)[^;]*(zookeeper|etcd|arakoon)\//gm)).toBeNull();
  });

  it('names all options when it does not know one', () =>
    expect(openHive('memory:', { kodec: 1 } as never)).rejects.toThrow(/inlineBytes, .*codec, connection/));

  it('names an option of the connection by its place', async () => {
    const url = `zk://${server.connectString}` as const;
    await expect(openHive(url, { connection: { sessionTimeout: -1 } })).rejects.toMatchObject({
      argument: 'options.connection.sessionTimeout',
    });
  });

  it.each(['memory', 'zk'])('ends with its close, in the store %s', async (name) => {
    const hive = await openHive(name === 'memory' ? 'memory:' : `zk://${server.connectString}/closed`);
    await one(hive.put('a', 1));
    const seen = lastValueFrom(hive.watch!('a').pipe(toArray()));
    await one(hive.watch!('a'));
    await hive.close();
    await hive.close();
    expect((await seen).length).toBeGreaterThan(0);
    for (const request$ of [hive.get('a'), hive.update('a', 2), hive.delete('a'), hive.list(), hive.upload([])])
      await expect(one<unknown>(request$)).rejects.toMatchObject({ code: 'CLOSED', effect: 'none' });
  });

  it('shares the entries of a MemoryStore that is given, also after one hive is closed', async () => {
    const connection = { store: new MemoryStore() };
    const first = await openHive('memory:/shop', { connection });
    await using second = await openHive('memory:/shop', { connection });
    await using elsewhere = await openHive('memory:/bank', { connection });
    await one(first.put('a', 1));
    await first.close();
    expect(await one(second.get('a'))).toBe(1);
    expect(await one(elsewhere.list())).toEqual([]);
  });

  it('has events in the type where the URL says so, and else as members that may be missing', async () => {
    await using inMemory = await openHive('memory:');
    await using unknown: AnyHive<unknown> = await openHive(String('memory:'));
    expect((await one(inMemory.watchPrefix('')))?.entries.size).toBe(0);
    const entries$ = unknown.watchPrefix?.('');
    expect(entries$ && (await one(entries$)).entries.size).toBe(0);
  });
});
