import { describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { cells as arakoonCells, open as openArakoon } from '../../lib/arakoon/index.js';
import { cells as etcdCells, open as openEtcd } from '../../lib/etcd/index.js';
import { nearCache } from '../../lib/hive/cache/nearCache.js';
import { encrypted } from '../../lib/hive/codecs/encrypted.js';
import { text } from '../../lib/hive/codecs/hiveCodec.js';
import { objects } from '../../lib/hive/codecs/objects.js';
import { type CopyHiveProgress, copyHive } from '../../lib/hive/copyHive.js';
import { hive, rawHive } from '../../lib/hive/hive.js';
import { type MemoryCells, MemoryStore } from '../../lib/hive/memoryStore.js';
import { startArakoon, startEtcd, startZooKeeper } from '../../lib/testing/index.js';
import { cells as zooKeeperCells, open as openZooKeeper } from '../../lib/zookeeper/index.js';
import { mortalCells } from '../helpers/mortalCells.js';

const SIZES = { inlineBytes: 100, sliceBytes: 1000 };
const [SMALL, LARGE, OTHER] = [Buffer.from('small'), Buffer.alloc(5500, 'large '), Buffer.alloc(4500, 'other ')];
const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);
const last = (copy$: Observable<CopyHiveProgress>) => lastValueFrom(copy$);

function inMemory(change: (cells: MemoryCells) => MemoryCells = (cells) => cells, store = new MemoryStore()) {
  return rawHive((place) => change(store.cells(`${place}/`)), SIZES);
}

async function filled() {
  const source = inMemory();
  for (let i = 0; i < 20; i++) await one(source.put(`entry/${i}`, i % 2 === 0 ? SMALL : LARGE));
  return source;
}

describe('copyHive', () => {
  it('copies all entries, and tells how far it is', async () => {
    const [source, target] = [await filled(), inMemory()];
    const heard: CopyHiveProgress[] = [];
    const seen = await one(copyHive(source, target, { onProgress: (each) => heard.push(each) }).pipe(toArray()));
    const bytes = 10 * (SMALL.length + LARGE.length);
    expect(seen.at(-1)).toEqual({ phase: 'done', entries: 20, copied: 20, skipped: 0, bytes });
    expect(seen.length).toBe(20 + 10 * 6 + 1); // each entry, each slice, the end
    expect(heard).toEqual(seen);
    expect(await one(target.list())).toEqual(await one(source.list()));
    expect(Buffer.compare(await one(target.get('entry/7')), LARGE)).toBe(0);
    expect(await one(target.verify().pipe(toArray()))).toEqual([]);
  });

  it('skips entries that are the same, and replaces or keeps the others', async () => {
    const [source, target] = [await filled(), inMemory()];
    await last(copyHive(source, target));
    expect(await last(copyHive(source, target))).toMatchObject({ copied: 0, skipped: 20, bytes: 0 });
    await one(source.update('entry/0', OTHER));
    await one(target.update('entry/1', SMALL));
    await one(target.put('own', SMALL));
    expect(await last(copyHive(source, target, { onExisting: 'keep' }))).toMatchObject({ copied: 0, skipped: 20 });
    expect(await last(copyHive(source, target))).toMatchObject({ copied: 2, skipped: 18 });
    expect(Buffer.compare(await one(target.get('entry/0')), OTHER)).toBe(0);
    expect(await one(target.get('own'))).toEqual(Uint8Array.from(SMALL));
  });

  it('sees that contents are the same though the sizes of the hives differ', async () => {
    const source = await filled();
    const store = new MemoryStore();
    const target = rawHive((place) => store.cells(`${place}/`), { inlineBytes: 10_000 });
    await last(copyHive(source, target));
    expect(await last(copyHive(source, target))).toMatchObject({ copied: 0, skipped: 20 });
    expect(await last(copyHive(target, source))).toMatchObject({ copied: 0, skipped: 20 });
  });

  it.each([3, 17, 40, 90])('is resumed after the death of its process, after %s calls', async (calls) => {
    const [source, store] = [await filled(), new MemoryStore()];
    const life = { calls, lastArrives: true };
    const dying = copyHive(
      source,
      inMemory((cells) => mortalCells(cells, life), store)
    ).subscribe();
    await new Promise((done) => setTimeout(done, 20));
    dying.unsubscribe();
    const target = inMemory(undefined, store);
    const before = (await one(target.list())).length;
    const { copied, skipped } = await last(copyHive(source, target));
    expect([copied, skipped]).toEqual([20 - before, before]);
    expect(await one(target.verify().pipe(toArray()))).toEqual([]);
  });

  it('copies entries with a prefix, with their codec and the time when they run out', async () => {
    const store = new MemoryStore();
    const source = hive((place) => store.cells(`${place}/`));
    const expires = new Date(Date.now() + 60_000);
    await one(source.put('a/1', { at: new Date(5) }, { expires }));
    await one(source.put('b/1', 'other'));
    const other = new MemoryStore();
    const target = hive((place) => other.cells(`${place}/`));
    expect(await last(copyHive(source, target, { prefix: 'a/' }))).toMatchObject({ entries: 1, copied: 1 });
    expect(await one(target.get('a/1'))).toEqual({ at: new Date(5) });
    expect(await one(target.stat('a/1'))).toMatchObject({ expires, codec: objects.name });
    expect(await one(other.cells('index/').list('e/'))).toEqual(['e/a/1']);
  });

  it('copies an entry again whose codec or end is another, though its content is the same', async () => {
    const [store, other] = [new MemoryStore(), new MemoryStore()];
    const source = hive((place) => store.cells(`${place}/`), text);
    const target = hive((place) => other.cells(`${place}/`), text);
    const target2 = rawHive((place) => other.cells(`${place}/`));
    for (const alias of ['a', 'b']) await one(source.put(alias, 'text'));
    await last(copyHive(source, target));
    const expires = new Date(Date.now() + 60_000);
    await one(source.expire('a', expires));
    await one(target2.update('b', Buffer.from('text')));
    expect(await last(copyHive(source, target))).toMatchObject({ copied: 2, skipped: 0 });
    expect(await one(target.stat('a'))).toMatchObject({ expires });
    expect(await one(target.get('b'))).toBe('text');
  });

  it('copies encrypted entries without their key, and nothing else into a hive of such', async () => {
    const [store, there] = [new MemoryStore(), new MemoryStore()];
    const codec = encrypted(objects, Buffer.alloc(32, 7));
    const secrets = hive((place) => store.cells(`${place}/`), codec);
    await one(secrets.put('a', 'secret'));
    const carrier = hive((place) => there.cells(`${place}/`));
    await last(copyHive(secrets as never, carrier));
    expect(await one(hive((place) => there.cells(`${place}/`), codec).get('a'))).toBe('secret');
    await one(carrier.put('plain', 'text'));
    await expect(last(copyHive(carrier, secrets as never))).rejects.toMatchObject({
      code: 'USAGE',
      argument: 'target',
    });
    expect(await one(secrets.list())).toEqual(['a']);
  });

  it('begins an entry again that is changed while it is copied', async () => {
    const [source, store] = [await filled(), new MemoryStore()];
    let changed = false;
    const target = inMemory((cells) => {
      const create = (key: string, value: Uint8Array) => {
        if (!changed && key.includes('.000')) {
          changed = true; // both hives change at the first slice
          source.update('entry/1', OTHER).subscribe();
          inMemory(undefined, store).update('entry/1', SMALL).subscribe();
        }
        return cells.create(key, value);
      };
      return { ...cells, create };
    }, store);
    await last(copyHive(source, target));
    expect(Buffer.compare(await one(target.get('entry/1')), OTHER)).toBe(0);
    expect(await one(target.verify().pipe(toArray()))).toEqual([]);
  });

  it('takes a hive with a near cache for the hive that it is', async () => {
    const [source, target] = [nearCache(await filled()), inMemory()];
    expect(await last(copyHive(source, target))).toMatchObject({ copied: 20 });
    source.clearCache();
  });

  it('refuses hives, options and entries that are wrong', async () => {
    const [source, target] = [await filled(), inMemory()];
    const refused = (copy$: Observable<unknown>) => expect(lastValueFrom(copy$)).rejects;
    await refused(copyHive({} as never, target)).toMatchObject({ argument: 'source' });
    await refused(copyHive(source, undefined as never)).toMatchObject({ argument: 'target' });
    await refused(copyHive(source, target, { onExisting: 'both' as never })).toMatchObject({
      argument: 'options.onExisting',
    });
    const small = rawHive((place) => new MemoryStore().cells(place), { maxObjectBytes: 1000 });
    await refused(copyHive(source, small)).toMatchObject({ code: 'TOO_LARGE' });
  });

  it('moves a hive from ZooKeeper to etcd, to Arakoon, and back', async () => {
    const [zooKeeper, etcd, arakoon] = [
      await startZooKeeper(),
      await startEtcd(),
      await startArakoon({ nodes: ['a', 'b', 'c'] }),
    ];
    const [zk, kv, ak] = [
      await openZooKeeper(zooKeeper.connectString),
      await openEtcd(etcd.endpoints.join()),
      await openArakoon(arakoon.cluster),
    ];
    const source = rawHive((place) => zooKeeperCells(zk, `/first/${place}`), SIZES);
    const second = rawHive((place) => etcdCells(kv, `second/${place}/`), SIZES);
    const third = rawHive((place) => arakoonCells(ak, `third/${place}/`), SIZES);
    const fourth = rawHive((place) => zooKeeperCells(zk, `/fourth/${place}`), SIZES);
    await last(copyHive(await filled(), source));
    expect(await last(copyHive(source, second))).toMatchObject({ copied: 20 });
    expect(await last(copyHive(second, third))).toMatchObject({ copied: 20 });
    expect(await last(copyHive(third, fourth))).toMatchObject({ copied: 20 });
    expect(await last(copyHive(source, fourth))).toMatchObject({ copied: 0, skipped: 20 });
    await Promise.all([zk.close(), kv.close(), ak.close()]);
    await Promise.all([zooKeeper.stop(), etcd.stop(), arakoon.stop()]);
  });
});
