import { describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom } from 'rxjs';
import type { ArakoonCells } from '../../lib/arakoon/index.js';
import { json } from '../../lib/hive/codecs/codecs.js';
import { hive, rawHive } from '../../lib/hive/hive.js';
import { MemoryStore } from '../../lib/hive/memoryStore.js';

const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);

describe('hive', () => {
  const store = new MemoryStore();

  it('has the methods for events in its type, if the store has events', async () => {
    const objects = hive((place) => store.cells(`objects/${place}/`));
    const texts = hive((place) => store.cells(`texts/${place}/`), json);
    const bytes = rawHive((place) => store.cells(`bytes/${place}/`));
    expect(await one(objects.watch('a'))).toMatchObject({ kind: 'absent' });
    expect((await one(texts.watchPrefix(''))).entries.size).toBe(0);
    const version: number = await one(bytes.put('a', Buffer.from('x')));
    expect(version).toBeGreaterThan(0);
    // @ts-expect-error a version of this store is a number
    await expect(one(bytes.update('a', Buffer.from('y'), { ifVersion: 'x' }))).rejects.toThrow();
    // @ts-expect-error Arakoon has no events
    expect(() => hive((): ArakoonCells => store.cells('') as never).watch('a')).not.toThrow();
  });

  it.each([10, 5000])('calls a version by the name that its caller knows, for %d bytes', async (size) => {
    const bytes = rawHive((place) => store.cells(`named/${place}/`), { inlineBytes: 100, sliceBytes: 1000 });
    const value = Buffer.alloc(size);
    for (const wrong of ['x', null, -1])
      for (const write of [bytes.update, bytes.replace])
        await expect(one(write('a', value, { ifVersion: wrong as never }))).rejects.toMatchObject({
          argument: 'options.ifVersion',
          message: expect.stringMatching(/^options\.ifVersion: must be an integer/) as never,
        });
    await one(bytes.update('a', value));
    await expect(one(bytes.delete('a', { ifVersion: 'x' as never }))).rejects.toMatchObject({
      argument: 'options.ifVersion',
    });
  });
});
