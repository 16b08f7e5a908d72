import { describe, expect, it } from '@jest/globals';
import { type Observable, concatMap, firstValueFrom, merge, timer } from 'rxjs';
import { rawHive } from '../../../lib/hive/hive.js';
import { type MemoryCells, MemoryStore } from '../../../lib/hive/memoryStore.js';
import { VirtualClock } from '../../../lib/testing/simulator/virtualClock.js';

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

describe('an entry that runs out', () => {
  const MINUTE = 60_000;
  const keysOf = (store: MemoryStore) => one(store.cells('index/').list(''));

  it.each([true, false])(
    'is found by sweeps, however slow its write is (with transactions: %s)',
    async (transactions) => {
      const store = new MemoryStore();
      const clock = new VirtualClock();
      const sizes = { inlineBytes: 10, sliceBytes: 10, window: 1, scheduler: clock };
      const late = <T>(request$: Observable<T>) => timer(MINUTE, clock).pipe(concatMap(() => request$));
      const slow = (place: string): MemoryCells => {
        const { transact, ...cells } = store.cells(`${place}/`);
        const all = {
          ...cells,
          create: (key: string, value: Uint8Array) => late(cells.create(key, value)),
          ...(transactions && { transact: (steps: Parameters<typeof transact>[0]) => late(transact(steps)) }),
        };
        return all as MemoryCells;
      };
      const mine = rawHive(slow, sizes);
      const other = rawHive((place) => store.cells(`${place}/`), sizes);
      const sweeping = timer(0, MINUTE, clock)
        .pipe(concatMap(() => other.sweep()))
        .subscribe();
      const writing = merge(
        mine.put('large', Buffer.alloc(95), { expires: 60 * MINUTE }),
        mine.put('small', OLD, { expires: 60 * MINUTE })
      ).subscribe();
      clock.advance(30 * MINUTE);
      expect(await one(other.list())).toEqual(['large', 'small']);
      clock.advance(60 * MINUTE);
      expect(await keysOf(store)).toEqual([]);
      sweeping.unsubscribe();
      writing.unsubscribe();
    }
  );

  it('keeps its mark while a sweep that has seen an older one decides', async () => {
    const store = new MemoryStore();
    const hive = rawHive((place) => store.cells(`${place}/`), { grace: 1 });
    await one(hive.put('a', OLD, { expires: 1_000_000 }));
    await one(hive.update('a', OLD));
    const index = store.cells('index/');
    await one(index.set('e/a', Buffer.from('0')));
    const meanwhile = rawHive((place): MemoryCells => {
      const cells = store.cells(`${place}/`);
      const late$ = hive.update('a', NEW, { expires: 1_000_000 });
      const remove: MemoryCells['delete'] = (key, condition) =>
        late$.pipe(concatMap(() => cells.delete(key, condition)));
      return { ...cells, delete: remove };
    });
    await one(meanwhile.sweep());
    expect(await keysOf(store)).toEqual(['e/a', 'h/a']);
  });
});
