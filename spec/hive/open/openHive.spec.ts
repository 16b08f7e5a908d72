import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Observable, firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { text } from '../../../lib/hive/codecs/hiveCodec.js';
import { MemoryStore } from '../../../lib/hive/memoryStore.js';
import { type AnyHive, openHive } from '../../../lib/hive/open/openHive.js';
import { ROOT } from '../../helpers/project.js';

const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);

describe('openHive', () => {
  it.each([
    ['memory', 'must begin with zk://, etcd://, etcd2://, arakoon:// or memory:'],
    ['etcd3://host', 'must begin with zk://, etcd://, etcd2://, arakoon:// or memory:'],
    ['', 'must begin with zk://, etcd://, etcd2://, arakoon:// or memory:'],
    ['zk:///place', 'names no server, as zk://host:port/place does'],
    ['zk://host/place#part', "must have no '#'"],
    ['memory://host', 'memory: takes a place only, as memory:/place'],
    ['zk://host/../place', "must have no '.' or '..' in it"],
    ['memory:?a=b', 'memory: takes a place only, as memory:/place'],
    ['zk://host?a=b', "must have no '?', which only arakoon:// takes"],
    ['etcd2://host/place?a=b', "must have no '?', which only arakoon:// takes"],
    ['zk://host/a\0', 'has a place that is no path: it must not contain U+0000, as at 2'],
    ['zk://host:0', 'has "host:0", whose port is not a number from 1 to 65535'],
    ['etcd://a,,b', 'has an empty entry'],
    ['etcd2://ada:secret@host', "names no host where it has an '@'; leave out the user and the password"],
    ['arakoon://cluster', 'names no node'],
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

  it('imports no client of a store before it is asked for one', () => {
    const source = readFileSync(join(ROOT, 'lib/hive/open/openHive.ts'), 'utf8');
    expect(source.match(/^import (?!type)[^;]*(zookeeper|etcd|arakoon)\//gm)).toBeNull();
  });

  it('names all options when it does not know one', () =>
    expect(openHive('memory:', { kodec: 1 } as never)).rejects.toThrow(/inlineBytes, .*codec, connection/));

  it('ends with its close, in memory', async () => {
    const hive = await openHive('memory:');
    await one(hive.put('a', 1));
    const seen = lastValueFrom(hive.watch('a').pipe(toArray()));
    await one(hive.watch('a'));
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
