import { describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom, map } from 'rxjs';
import { ValueError } from '../../../lib/core/codecs.js';
import { rawHive } from '../../../lib/hive/hive.js';
import { type MemoryCells, MemoryStore } from '../../../lib/hive/memoryStore.js';

const SIZES = { inlineBytes: 10, sliceBytes: 10 };
const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);

describe('a sweep', () => {
  it('skips what another program has written into the place of the hive', async () => {
    const store = new MemoryStore();
    const index = store.cells('index/');
    for (const key of ['u/foreign', 'e/foreign', 'h/foreign']) await one(index.create(key, Buffer.from('?')));
    const hive = rawHive((place): MemoryCells => {
      const cells = store.cells(`${place}/`);
      const error = new ValueError('the value has no version');
      const foreign = { kind: 'unreadable' as const, error };
      return {
        ...cells,
        get: (key) => cells.get(key).pipe(map((cell) => (key.endsWith('foreign') ? foreign : cell))),
      };
    }, SIZES);
    await one(hive.put('a', Buffer.alloc(100)));
    await one(hive.delete('a'));
    expect(await one(hive.sweep())).toMatchObject({ uploads: 1, retired: 1, skipped: 2 });
  });
});
