import { afterEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { type Observable, firstValueFrom, lastValueFrom, of, take, tap, toArray } from 'rxjs';
import { Worker } from 'node:worker_threads';
import { download } from '../../../lib/hive/content/download.js';
import { rawHive } from '../../../lib/hive/hive.js';
import type { HiveGround } from '../../../lib/hive/hiveGround.js';
import { partsOf } from '../../../lib/hive/hiveParts.js';
import { MemoryStore } from '../../../lib/hive/memoryStore.js';
import { SummingThread } from '../../../lib/hive/sums/summingThread.js';
import { sumsProgram } from '../../../lib/hive/sums/sumsProgram.js';
import { upload } from '../../../lib/hive/upload/upload.js';

const MIB = 2 ** 20;
const CONTENT = Buffer.from(Uint32Array.from({ length: (6 * MIB) / 4 }, (_, i) => i * 2_654_435_761).buffer);
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');
/** Pieces that are not as long as a slice: the size of the content is not known before its end. */
const PIECES = Array.from({ length: 96 }, (_, i) => CONTENT.subarray(i * 65_536, (i + 1) * 65_536));

const last = <T>(values$: Observable<T>) => lastValueFrom(values$);
const workers: Worker[] = [];
afterEach(async () => void (await Promise.all(workers.splice(0).map((worker) => worker.terminate()))));

/** A hive in memory, its parts, and a thread whose worker is known. */
function staged() {
  const store = new MemoryStore();
  const hive = rawHive((place) => store.cells(`${place}/`));
  const parts = partsOf<Uint8Array, number>('hive', hive);
  let isHeld = false; // the thread keeps the process alive
  const thread = new SummingThread(() => {
    const worker = new Worker(sumsProgram, { eval: true });
    const [ref, unref] = [worker.ref.bind(worker), worker.unref.bind(worker)];
    worker.ref = () => ((isHeld = true), ref());
    worker.unref = () => ((isHeld = false), unref());
    workers.push(worker);
    return worker;
  });
  const ground: HiveGround<number> = { ...parts.ground, thread };
  return { hive, ground, isHeld: () => isHeld };
}

const plan = (source: Uint8Array | Uint8Array[]) => ({
  ...{ alias: 'a', codec: 'raw', source, condition: { kind: 'none' } as const, operation: 'upload' },
  ...{ resume: undefined, expiresAt: undefined },
});

describe('a content above 4 MiB', () => {
  it.each([
    ['of known size', CONTENT],
    ['of unknown size', PIECES],
  ])('%s comes back as it was, with the SHA-256 that others make of it', async (_, source) => {
    const { hive, ground } = staged();
    const { phase } = await last(upload(ground, plan(source)));
    expect(phase).toBe('done');
    expect(await last(hive.stat('a'))).toMatchObject({ size: CONTENT.length, sha256: SHA256 });
    const found = await last(ground.heads.need('a', 'download'));
    const pieces$ = download(ground, { alias: 'a', found, range: {}, operation: 'download' }, (piece) => of(piece));
    expect(Buffer.concat(await last(pieces$.pipe(toArray()))).equals(CONTENT)).toBe(true);
    expect(workers).toHaveLength(1); // it was the thread's work
  });

  it('is checked slice by slice, in a range too: a changed byte is found', async () => {
    const { hive, ground } = staged();
    const { id } = await last(upload(ground, plan(PIECES)));
    const slices = ground.places.slices(id);
    const [key] = (await last(slices.list(`${id}.000009`))) as [string];
    const cell = await last(slices.get(key));
    await last(slices.set(key, Buffer.from(cell.value!).fill(1, 400_000, 400_001)));
    const damaged = { code: 'CORRUPT', message: 'download a: slice 9 is damaged' };
    await expect(last(hive.download('a'))).rejects.toMatchObject(damaged);
    await expect(last(hive.download('a', { from: 1 }))).rejects.toMatchObject(damaged);
    expect(await last(hive.verify())).toMatchObject({
      alias: 'a',
      error: { ...damaged, message: 'verify a: slice 9 is damaged' },
    });
    const before = await last(hive.download('a', { to: 4.5 * MIB }).pipe(toArray()));
    expect(Buffer.concat(before).equals(CONTENT.subarray(0, 4.5 * MIB))).toBe(true);
  });

  it('errors when the thread dies, has changed nothing, and succeeds when it is tried again', async () => {
    const { hive, ground } = staged();
    const dying = upload(ground, plan(PIECES)).pipe(tap(({ slices }) => slices === 10 && void workers[0]!.terminate()));
    await expect(last(dying)).rejects.toMatchObject({ code: 'SUMS_LOST', effect: 'none', path: 'a' });
    expect(await last(hive.stat('a'))).toBeUndefined();
    expect(await last(upload(ground, plan(PIECES)))).toMatchObject({ phase: 'done', bytesSent: CONTENT.length });
    expect(await last(hive.stat('a'))).toMatchObject({ sha256: SHA256 });
    expect(workers).toHaveLength(1);
  });

  it('that is downloaded errors when the thread dies', async () => {
    const { hive, ground } = staged();
    await last(hive.upload(CONTENT, { alias: 'a' }));
    const found = await last(ground.heads.need('a', 'download'));
    const reading = { alias: 'a', found, range: {}, operation: 'download' };
    const dying = download(ground, reading, (piece) => {
      void workers[0]!.terminate();
      return of(piece);
    });
    await expect(last(dying)).rejects.toMatchObject({ code: 'SUMS_LOST', path: 'a', operation: 'download' });
  });

  it('lets the thread go when its subscriber leaves', async () => {
    const seen: boolean[] = [];
    const { hive, ground, isHeld } = staged();
    await last(
      upload(ground, plan(PIECES)).pipe(
        tap(({ slices }) => slices === 10 && seen.push(isHeld())),
        take(10)
      )
    );
    seen.push(isHeld());
    await last(hive.upload(CONTENT, { alias: 'a' }));
    const found = await last(ground.heads.need('a', 'download'));
    const reading = { alias: 'a', found, range: {}, operation: 'download' };
    await firstValueFrom(download(ground, reading, (piece) => of(piece)).pipe(tap(() => seen.push(isHeld()))));
    expect([...seen, isHeld()]).toEqual([true, false, true, false]);
    expect(workers).toHaveLength(1);
  });
});
