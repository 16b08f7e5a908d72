import { expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { type Observable, firstValueFrom, lastValueFrom, tap, toArray } from 'rxjs';
import { decodeHead, encodeHead } from '../../../lib/hive/heads/head.js';
import { rawHive } from '../../../lib/hive/hive.js';
import { MemoryStore } from '../../../lib/hive/memoryStore.js';

const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);

/** An entry of so many bytes, in slices of 1000. */
async function staged(size: number) {
  const store = new MemoryStore();
  const hive = rawHive((place) => store.cells(`${place}/`), { inlineBytes: 0, sliceBytes: 1000 });
  const content = Buffer.alloc(size, 'content ');
  await one(hive.put('a', content));
  return { store, hive, content };
}

it('compares the CRC of each slice, in a range too: a changed byte is found, and what is before it comes', async () => {
  const { store, hive, content } = await staged(9500);
  const slices = store.cells('slices/');
  const [key] = (await one(slices.list(''))).filter((key) => key.includes('.000005'));
  await one(slices.set(key!, Buffer.from((await one(slices.get(key!))).value!).fill(1, 400, 401)));
  const damaged = { code: 'CORRUPT', message: 'download a: slice 5 is damaged' };
  await expect(lastValueFrom(hive.download('a'))).rejects.toMatchObject(damaged);
  await expect(lastValueFrom(hive.download('a', { from: 1 }))).rejects.toMatchObject(damaged);
  expect(await one(hive.verify())).toMatchObject({ alias: 'a', error: { message: 'verify a: slice 5 is damaged' } });
  const before = await lastValueFrom(hive.download('a', { to: 4500 }).pipe(toArray()));
  expect(Buffer.concat(before).equals(content.subarray(0, 4500))).toBe(true);
});

it('compares the SHA-256 of the whole, which no range has', async () => {
  const { store, hive, content } = await staged(2500);
  const index = store.cells('index/');
  const head = decodeHead((await one(index.get('h/a'))).value!);
  await one(index.set('h/a', encodeHead({ ...head, sliced: { ...head.sliced!, sha256: 'f'.repeat(64) } })));
  const bytes: Uint8Array[] = [];
  const whole$ = hive.download('a').pipe(tap((piece) => bytes.push(piece)));
  await expect(lastValueFrom(whole$)).rejects.toMatchObject({ code: 'CORRUPT', path: 'a' });
  expect(Buffer.concat(bytes).equals(content)).toBe(true);
  expect(await lastValueFrom(hive.download('a', { from: 2400 }))).toHaveLength(100);
});

it('takes no memory because a head says so: it compares the length of each slice', async () => {
  const { store, hive, content } = await staged(1000);
  const index = store.cells('index/');
  const head = decodeHead((await one(index.get('h/a'))).value!);
  const huge = Number.MAX_SAFE_INTEGER;
  const sha256 = createHash('sha256').update(content).digest('hex');
  const sliced = { ...head.sliced!, sliceSize: huge, sha256 };
  await one(index.set('h/a', encodeHead({ ...head, size: huge, sliced })));
  await expect(one(hive.get('a'))).rejects.toMatchObject({ code: 'CORRUPT', path: 'a' });
});
