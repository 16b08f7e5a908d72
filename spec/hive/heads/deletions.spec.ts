import { describe, expect, it } from '@jest/globals';
import { type Observable, concat, defer, firstValueFrom, ignoreElements } from 'rxjs';
import { rawHive } from '../../../lib/hive/hive.js';
import { type MemoryCells, MemoryStore } from '../../../lib/hive/memoryStore.js';
import type { Hive } from '../../../lib/hive/api/hive.js';
import { restartingVersions } from '../../helpers/restartingVersions.js';

const [OLD, NEW, OTHER] = [Buffer.from('old'), Buffer.from('new'), Buffer.from('other')];
const LARGE = Buffer.alloc(3000, 'large ');
const SIZES = { inlineBytes: 100, sliceBytes: 1000 };
const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);

/** A hive where versions come again, before whose first change of an entry another client deletes and creates it. */
async function stage(expires?: Date) {
  const cellsOf = restartingVersions(new MemoryStore());
  const other = rawHive((place) => cellsOf(`${place}/`), SIZES);
  await one(other.put('a', OLD, { expires }));
  let isFirst = true;
  const mine = rawHive((place): MemoryCells => {
    const cells = cellsOf(`${place}/`);
    const late = <R>(isHead: boolean, write$: Observable<R>) =>
      defer((): Observable<R> => {
        if (!isHead || !isFirst) return write$;
        isFirst = false;
        return concat(concat(other.delete('a'), other.put('a', OTHER)).pipe(ignoreElements()), write$);
      });
    return {
      ...cells,
      set: (key, ...rest) => late(key === 'h/a', cells.set(key, ...rest)),
      delete: (key, ...rest) => late(key === 'h/a', cells.delete(key, ...rest)),
      transact: (steps) =>
        late(
          steps.some(({ key }) => key === 'h/a'),
          cells.transact(steps)
        ),
    };
  }, SIZES);
  return { mine, other, isChanged: () => !isFirst };
}

type Change = (hive: Hive<Uint8Array, number>) => Observable<unknown>;
const found = (text: Uint8Array) => Uint8Array.from(text);

describe('a change of an entry that was deleted and created again, in a store where versions come again,', () => {
  it.each<[string, Change, unknown, Uint8Array | undefined]>([
    ['compareAndSwap', (hive) => hive.compareAndSwap('a', OLD, NEW), { swapped: false, value: found(OTHER) }, OTHER],
    [
      'compareAndSwap of much',
      (hive) => hive.compareAndSwap('a', OLD, LARGE),
      { swapped: false, value: found(OTHER) },
      OTHER,
    ],
    ['removeIf', (hive) => hive.removeIf('a', OLD), { swapped: false, value: found(OTHER) }, OTHER],
    ['getAndUpdate', (hive) => hive.getAndUpdate('a', NEW), found(OTHER), NEW],
    ['getAndUpdate of much', (hive) => hive.getAndUpdate('a', LARGE), found(OTHER), LARGE],
    ['getAndRemove', (hive) => hive.getAndRemove('a'), found(OTHER), undefined],
    ['modify', (hive) => hive.modify('a', () => NEW), { value: NEW, version: expect.any(Number) }, NEW],
    ['expire', (hive) => hive.expire('a', 60_000), expect.any(Number), OTHER],
  ])('sees the new one: %s', async (_, change, result, left) => {
    const { mine, other, isChanged } = await stage();
    expect(await one(change(mine))).toEqual(result);
    expect(isChanged()).toBe(true);
    if (left === undefined) expect(await one(other.stat('a'))).toBeUndefined();
    else expect(Buffer.compare(await one(other.get('a')), left)).toBe(0);
  });

  it.each([NEW, LARGE])('is refused where it would replace one that has run out', async (value) => {
    const { mine, other, isChanged } = await stage(new Date(1000));
    await expect(one(mine.put('a', value))).rejects.toMatchObject({ code: 'ALIAS_ALREADY_EXISTS' });
    expect(isChanged()).toBe(true);
    expect(Buffer.compare(await one(other.get('a')), OTHER)).toBe(0);
  });

  it('is left out by a sweep of those that have run out', async () => {
    const { mine, other, isChanged } = await stage(new Date(1000));
    expect(await one(mine.sweep())).toMatchObject({ expired: 0 });
    expect(isChanged()).toBe(true);
    expect(Buffer.compare(await one(other.get('a')), OTHER)).toBe(0);
  });
});

describe.each([
  ['where no version comes again', (store: MemoryStore) => (prefix: string) => store.cells(prefix)],
  ['where versions come again', restartingVersions],
])('a hive in a store %s', (_, cellsIn) => {
  it('writes over an entry that is damaged, whatever its size', async () => {
    const cellsOf = cellsIn(new MemoryStore());
    const hive = rawHive((place) => cellsOf(`${place}/`), SIZES);
    for (const value of [NEW, LARGE]) {
      await one(cellsOf('index/').set('h/a', Buffer.from('?')));
      await one(hive.update('a', value));
      expect(Buffer.compare(await one(hive.get('a')), value)).toBe(0);
    }
  });

  it('deletes entries of all counts', async () => {
    const cellsOf = cellsIn(new MemoryStore());
    const hive = rawHive((place) => cellsOf(`${place}/`), SIZES);
    for (let i = 0; i < 300; i++) await one(hive.put(`entry ${i}`, NEW));
    expect(await one(hive.removeAll(''))).toBe(300);
    await expect(one(hive.delete('entry 1'))).rejects.toMatchObject({ code: 'ALIAS_NOT_FOUND', effect: 'none' });
    expect(await one(hive.list())).toEqual([]);
  });
});
