import { expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type Observable, firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { rawHive } from '../../lib/hive/hive.js';
import type { HiveStore } from '../../lib/hive/hiveStore.js';
import type { Offer } from '../helpers/cellStores.js';
import { mortalCells } from '../helpers/mortalCells.js';
import { waitFor } from '../helpers/waitFor.js';
import { type AnyHive, SIZES } from './laws.js';

/** A hive that two clients share. */
interface Stage<V> {
  readonly store: HiveStore<Offer<V>>;
  readonly mine: AnyHive<Uint8Array, V>;
  readonly other: AnyHive<Uint8Array, V>;
}

const SLICES = Array.from({ length: 8 }, (_, i) => Buffer.alloc(10_000, i + 1));
const ALL = Buffer.concat(SLICES);
const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);
const refused = (reply$: Observable<unknown>) => expect(lastValueFrom(reply$)).rejects;
const isAll = (found: Uint8Array) => Buffer.compare(found, ALL) === 0;

/** The laws of uploads, downloads and sweeps that break off. */
export function uploadLaws<V>(stage: () => Stage<V>): void {
  /** An upload of a process that died after some slices. */
  async function brokenOff(alias: string): Promise<string> {
    const { store } = stage();
    const life = { calls: 4, lastArrives: true };
    const dying = rawHive<V, Offer<V>>((place) => mortalCells(store(place), life), { ...SIZES, window: 2 });
    const seen: { id: string; slices: number }[] = [];
    const dead = dying.upload(ALL, { alias }).subscribe((progress) => seen.push(progress));
    await waitFor(() => life.calls < 0 && seen.length >= 2);
    dead.unsubscribe(); // its timers; it can send nothing
    return seen[0]!.id;
  }

  it('goes on with an upload of a process that died, and writes only the slices that are missing', async () => {
    const { mine, other, store } = stage();
    const id = await brokenOff('a');
    const created: string[] = [];
    const counting = rawHive<V, Offer<V>>(
      (place) => {
        const cells = store(place);
        const create = (key: string, value: Uint8Array) => (created.push(key), cells.create(key, value));
        return { ...cells, create };
      },
      { ...SIZES, sliceBytes: 999 } // the slices have the size that the upload began with
    );
    const progress = await one(counting.upload(ALL, { alias: 'a', resume: id }).pipe(toArray()));
    expect(progress.at(-1)).toMatchObject({ phase: 'done', id, bytesSent: ALL.length, bytesTotal: ALL.length });
    expect(created.filter((key) => key.startsWith(id)).length).toBeLessThan(8);
    expect(isAll(await one(other.get('a', { latest: true })))).toBe(true);
    expect(await one(mine.sweep())).toMatchObject({ uploads: 1, live: 1 });
  });

  it('refuses to go on with another source, under another alias, or with an upload that is done', async () => {
    const { mine } = stage();
    const id = await brokenOff('a');
    await refused(mine.upload(ALL, { alias: 'b', resume: id })).toMatchObject({ code: 'UPLOAD_CONDEMNED' });
    await one(mine.upload(ALL, { alias: 'a', resume: id }).pipe(toArray()));
    await refused(mine.upload(ALL, { alias: 'a', resume: id })).toMatchObject({ code: 'UPLOAD_CONDEMNED' });
    const another = await brokenOff('c');
    await refused(
      mine.upload(
        ALL.map((byte) => byte ^ 1),
        { alias: 'c', resume: another }
      )
    ).toMatchObject({
      code: 'CORRUPT',
    });
    expect(await one(mine.list('', { latest: true }))).toEqual(['a']);
  });

  it('ends an upload and a download by a signal', async () => {
    const { mine, other } = stage();
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const aborted = { code: 'ABORTED', path: 'a' };
    await refused(mine.upload(ALL, { alias: 'a', onProgress, signal: stop.signal })).toMatchObject(aborted);
    await waitFor(async () => (await one(other.sweep({ dryRun: true }))).uploads === 0);
    await one(mine.put('a', ALL));
    await refused(mine.download('a', { signal: stop.signal })).toMatchObject(aborted);
  });

  it('downloads into streams of Node and of the web', async () => {
    const { mine, other } = stage();
    await one(mine.put('a', ALL));
    expect(isAll(await buffer(Readable.from(other.download('a', { latest: true }))))).toBe(true);
    const web = ReadableStream.from(other.download('a')) as unknown as AsyncIterable<Uint8Array>;
    expect(isAll(await buffer(web))).toBe(true);
  });

  it('goes on with a download from an offset, of the same version only', async () => {
    const { mine } = stage();
    const ifVersion = await one(mine.put('a', ALL));
    const rest = await buffer(Readable.from(mine.download('a', { from: 34_567, ifVersion })));
    expect(Buffer.compare(rest, ALL.subarray(34_567))).toBe(0);
    await one(mine.update('a', ALL));
    await refused(mine.download('a', { from: 34_567, ifVersion })).toMatchObject({ code: 'VERSION_CONFLICT' });
  });

  it('sweeps slices that a writer wrote when it had been taken for dead', async () => {
    const { mine, store } = stage();
    await one(mine.put('a', ALL));
    for (const number of ['000000', '000007']) await one(store(`slices/28`).create(`gone.${number}`, SLICES[0]!));
    expect(await one(mine.sweep({ dryRun: true }))).toMatchObject({ uploads: 1, live: 1, removed: 1, slices: 0 });
    expect(await one(store('slices/28').list('gone', { latest: true }))).toHaveLength(2);
    expect(await one(mine.sweep())).toMatchObject({ uploads: 1, live: 1, removed: 1, slices: 2 });
    expect(await one(store('slices/28').list('gone', { latest: true }))).toEqual([]);
    expect(isAll(await one(mine.get('a', { latest: true })))).toBe(true);
  });

  it('leaves a record alone that cannot be read, and sweeps the others', async () => {
    const { mine, store } = stage();
    await one(store('index').create('u/broken', Buffer.from('?')));
    await one(store('index').create('e/broken', Buffer.from('0')));
    await one(store('index').create('h/broken', Buffer.from('?')));
    await one(mine.put('a', ALL));
    await one(mine.delete('a'));
    expect(await one(mine.sweep())).toMatchObject({ uploads: 1, removed: 0, skipped: 2 });
  });

  it('lets another process sweep when the one that does leaves', async () => {
    const { mine, other } = stage();
    const turns: string[] = [];
    const first = mine.sweeper({ every: 20 }).subscribe(() => turns.push('first'));
    await waitFor(() => turns.length > 1);
    const second = other.sweeper({ every: 20 }).subscribe(() => turns.push('second'));
    first.unsubscribe();
    await waitFor(() => turns.includes('second'));
    second.unsubscribe();
  });
}
