import { describe, expect, it } from '@jest/globals';
import { type Observable, concatMap, firstValueFrom } from 'rxjs';
import { rawHive } from '../../lib/hive/hive.js';
import { type MemoryCells, MemoryStore } from '../../lib/hive/memoryStore.js';

const [OLD, NEW] = [Buffer.from('old'), Buffer.from('new')];
const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);
const past = new Date(1000);

/** A sweep, before whose deletes other clients are faster. */
async function sweptWhile(others: (index: MemoryCells) => Observable<unknown>) {
  const store = new MemoryStore();
  const hive = rawHive((place) => store.cells(`${place}/`));
  await one(hive.put('a', OLD, { expires: past }));
  await one(hive.put('b', OLD, { expires: past }));
  const sweeping = rawHive((place): MemoryCells => {
    const cells = store.cells(`${place}/`);
    return {
      ...cells,
      delete: (key, condition) =>
        key === 'h/a'
          ? others(cells).pipe(concatMap(() => cells.delete(key, condition)))
          : cells.delete(key, condition),
    };
  });
  return { hive, report: await one(sweeping.sweep()) };
}

describe('a sweep of entries that have run out', () => {
  it('leaves one alone that is written meanwhile, and deletes the others', async () => {
    const store = new MemoryStore();
    const writer = rawHive((place) => store.cells(`${place}/`));
    await one(writer.put('a', NEW));
    const head = await one(store.cells('index/').get('h/a'));
    const { hive, report } = await sweptWhile((index) => index.set('h/a', head.value!));
    expect(report).toMatchObject({ expired: 1 });
    expect(Buffer.compare(await one(hive.get('a')), NEW)).toBe(0);
    expect(await one(hive.list())).toEqual(['a']);
  });

  it('counts one that another sweep has deleted for that one', async () => {
    const { hive, report } = await sweptWhile((index) => index.delete('h/a'));
    expect(report).toMatchObject({ expired: 1 });
    expect(await one(hive.list())).toEqual([]);
  });
});
