import { expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { hive as hiveOf, rawHive } from '../../lib/hive/hive.js';
import type { Hive } from '../../lib/hive/api/hive.js';
import { MemoryStore } from '../../lib/hive/memoryStore.js';

it.each(['getAndUpdate', 'getAndRemove', 'compareAndSwap', 'removeIf', 'expire'] as const)(
  '%s of one version reads once when the version is another',
  async (method) => {
    const store = new MemoryStore();
    let reads = 0;
    const hive = rawHive((place) => {
      const cells = store.cells(`${place}/`);
      return { ...cells, get: (...args) => (reads++, cells.get(...args)) };
    });
    const value = Buffer.from('value');
    await firstValueFrom(hive.put('a', value));
    const ifVersion = 1000;
    const change$ = {
      getAndUpdate: hive.getAndUpdate('a', value, { ifVersion }),
      getAndRemove: hive.getAndRemove('a', { ifVersion }),
      compareAndSwap: hive.compareAndSwap('a', value, value, { ifVersion }),
      removeIf: hive.removeIf('a', value, { ifVersion }),
      expire: hive.expire('a', 1000, { ifVersion }),
    }[method];
    await expect(firstValueFrom<unknown>(change$)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(reads).toBe(1);
  }
);

it('modify writes nothing for the same value, makes one that has run out again, and passes errors on', async () => {
  const store = new MemoryStore();
  const hive = hiveOf((place) => store.cells(`${place}/`)) as Hive<number, number>;
  const seen: (number | undefined)[] = [];
  const modified = (change: (value: number | undefined) => number) =>
    firstValueFrom(hive.modify('a', (value) => (seen.push(value), change(value))));
  const version = await firstValueFrom(hive.put('a', 1));
  expect(await modified((value) => value!)).toEqual({ value: 1, version });
  await firstValueFrom(hive.update('a', 2, { expires: new Date(1000) }));
  expect((await modified((value = 10) => value + 1)).value).toBe(11);
  await expect(
    modified(() => {
      throw new RangeError('no');
    })
  ).rejects.toThrow(RangeError);
  expect(await firstValueFrom(hive.get('a'))).toBe(11);
  expect(seen).toEqual([1, undefined, 11]);
});
