import { expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { rawHive } from '../../lib/hive/hive.js';
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
