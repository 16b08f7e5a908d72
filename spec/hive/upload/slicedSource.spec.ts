import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { type Observable, defer, firstValueFrom, from, lastValueFrom, repeat, toArray } from 'rxjs';
import { rawHive } from '../../../lib/hive/hive.js';
import { MemoryStore } from '../../../lib/hive/memoryStore.js';
import type { HiveSource } from '../../../lib/hive/upload/slicedSource.js';

const CHUNKS = [Buffer.alloc(1000, 'a'), Buffer.alloc(2000, 'b')];
const ALL = Buffer.concat(CHUNKS);
const once: Record<string, () => HiveSource> = {
  'a stream of Node': () => Readable.from(CHUNKS),
  'a stream of the web': () => new Blob(CHUNKS).stream(),
  'a generator': () =>
    (function* () {
      yield* CHUNKS;
    })(),
  'an async generator': () =>
    (async function* () {
      yield* await Promise.resolve(CHUNKS);
    })(),
};
const again: Record<string, () => HiveSource> = {
  bytes: () => ALL,
  'a Blob': () => new Blob(CHUNKS),
  'an array': () => CHUNKS,
  'an Observable': () => from(CHUNKS),
  'an iterable': () => ({ [Symbol.iterator]: () => CHUNKS.values() }),
};

describe('a source', () => {
  const stage = () => {
    const store = new MemoryStore();
    return rawHive((place) => store.cells(`${place}/`), { inlineBytes: 100, sliceBytes: 1000 });
  };
  const holds = async (hive: { get(alias: string): Observable<Uint8Array> }) =>
    Buffer.compare(await firstValueFrom(hive.get('a')), ALL) === 0;
  const refusal = { code: 'USAGE', argument: 'source', effect: 'none', path: 'a', operation: 'upload' };

  it.each(Object.entries(once))(
    'that gives its bytes once writes no empty entry the next time: %s',
    async (_, make) => {
      const hive = stage();
      const source = make();
      const upload$ = hive.upload(source, { alias: 'a' });
      await lastValueFrom(upload$);
      await expect(lastValueFrom(upload$)).rejects.toMatchObject(refusal);
      await expect(lastValueFrom(hive.upload(source, { alias: 'a' }))).rejects.toMatchObject(refusal);
      expect(await holds(hive)).toBe(true);
      await lastValueFrom(defer(() => hive.upload(make(), { alias: 'a' })).pipe(repeat(2)));
      expect(await holds(hive)).toBe(true);
    }
  );

  it.each(Object.entries(again))('that gives its bytes each time can be uploaded again: %s', async (_, make) => {
    const hive = stage();
    const progress = await firstValueFrom(hive.upload(make(), { alias: 'a' }).pipe(repeat(2), toArray()));
    expect(progress.filter(({ phase }) => phase === 'done')).toHaveLength(2);
    expect(await holds(hive)).toBe(true);
  });

  it('that other code has read to its end is refused, and one that it has read in part is not', async () => {
    const hive = stage();
    const [ended, begun] = [Readable.from(CHUNKS), Readable.from([Buffer.from('head'), ...CHUNKS])];
    for await (const chunk of ended) expect(chunk).toBeDefined();
    await expect(lastValueFrom(hive.upload(ended, { alias: 'a' }))).rejects.toMatchObject(refusal);
    for await (const chunk of begun.iterator({ destroyOnReturn: false })) {
      expect(String(chunk)).toBe('head');
      break;
    }
    await lastValueFrom(hive.upload(begun, { alias: 'a' }));
    expect(await holds(hive)).toBe(true);
  });
});
