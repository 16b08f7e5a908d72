import { describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom, lastValueFrom } from 'rxjs';
import type { ArakoonCells } from '../../lib/arakoon/index.js';
import { json } from '../../lib/hive/codecs/codecs.js';
import { encodeHead } from '../../lib/hive/heads/head.js';
import { hive, rawHive } from '../../lib/hive/hive.js';
import { MemoryStore } from '../../lib/hive/memoryStore.js';

const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);

type Bytes = ReturnType<typeof rawHive<number, ReturnType<MemoryStore['cells']>>>;

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

  it('takes aliases of 1,000 bytes, or of as many as an option says, up to the longest key of the store', async () => {
    const [usual, short, long] = [undefined, 10, 1022].map((maxAliasBytes) =>
      rawHive((place) => store.cells(`aliases/${place}/`), maxAliasBytes === undefined ? {} : { maxAliasBytes })
    ) as [Bytes, Bytes, Bytes];
    const value = Buffer.alloc(10);
    const refused = async (hive: Bytes, alias: string, longest: number) => {
      const message = `alias: must have 1 to ${longest} bytes, not ${longest + 1}`;
      await expect(one(hive.update(alias, value))).rejects.toMatchObject({ code: 'TOO_LARGE', message });
    };
    await one(usual.update('x'.repeat(1000), value));
    await refused(usual, 'x'.repeat(1001), 1000);
    await one(short.update('ééééé', value));
    await refused(short, 'éééééx', 10);
    await one(long.update('x'.repeat(1022), value));
    await refused(long, 'x'.repeat(1023), 1022);
    const tooLong = () => rawHive((place) => store.cells(place), { maxAliasBytes: 1023 });
    expect(tooLong).toThrow(/options.maxAliasBytes: must be an integer from 1 to 1022/);
  });

  it('refuses at once what has more slices than an entry can name', async () => {
    const tiny = rawHive((place) => store.cells(`tiny/${place}/`), { inlineBytes: 5, sliceBytes: 10 });
    const value = Buffer.alloc(2_000_000);
    const tooLarge = (argument: string) => expect.objectContaining({ code: 'TOO_LARGE', argument }) as never;
    await expect(one(tiny.update('a', value))).rejects.toEqual(tooLarge('value'));
    await expect(lastValueFrom(tiny.upload([value]))).rejects.toEqual(tooLarge('source'));
    expect(() => rawHive((place) => store.cells(place), { sliceBytes: 10, maxObjectBytes: 2_000_000 })).toThrow(
      /options.maxObjectBytes: must be an integer from 1 to 1844/
    );
    const most = 184_428; // slices
    const sliced = { id: 'x'.repeat(24), sliceSize: 10, crcs: Array<number>(most).fill(0), sha256: 'f'.repeat(64) };
    const head = encodeHead({ codec: 'x'.repeat(200), size: 10 * most, expiresAt: Number.MAX_VALUE, sliced });
    expect(head.length).toBeLessThan(store.cells('').maxValueBytes);
  });
});
