import { describe, expect, it } from '@jest/globals';
import {
  NEVER,
  asyncScheduler,
  map,
  tap,
  type Observable,
  concatMap,
  firstValueFrom,
  lastValueFrom,
  of,
  throwError,
  toArray,
} from 'rxjs';
import { SessionError } from '../../../lib/core/errors.js';
import { raise } from '../../../lib/core/failures.js';
import { rawHive } from '../../../lib/hive/hive.js';
import { type MemoryCells, MemoryStore } from '../../../lib/hive/memoryStore.js';
import { waitFor } from '../../helpers/waitFor.js';

const SIZES = { inlineBytes: 100, sliceBytes: 1000, window: 2 };
const ALL = Buffer.alloc(5500, 'content ');
const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);

/** A store, with the hive of a client whose cells a test changes. */
function stage(change: (cells: MemoryCells, store: MemoryStore) => MemoryCells) {
  const store = new MemoryStore();
  const mine = rawHive((place) => change(store.cells(`${place}/`), store), SIZES);
  const other = rawHive((place) => store.cells(`${place}/`), SIZES);
  const keys = () => one(store.cells('').list(''));
  return { mine, other, keys };
}

describe('an upload', () => {
  it('makes no one wait for bytes that are there: it is done at once in a store that is', () => {
    const { mine, other } = stage((cells) => cells);
    const found: string[] = [];
    mine.upload([ALL.subarray(0, 1234), ALL.subarray(1234)], { alias: 'a' }).subscribe();
    mine.update('b', ALL).subscribe();
    for (const alias of ['a', 'b']) other.get(alias).subscribe((value) => found.push(String(value)));
    expect(found).toEqual([String(ALL), String(ALL)]);
  });

  it('has room for very many slices, also where none takes time', () => {
    const store = new MemoryStore();
    const fine = rawHive((place) => store.cells(`${place}/`), { inlineBytes: 0, sliceBytes: 1, window: 3 });
    let slices = 0;
    fine.upload(Buffer.alloc(2000)).subscribe((progress) => (slices = progress.slices));
    expect(slices).toBe(2000);
  });

  it('does not go on where the record in the store asks for slices that are too long', async () => {
    const store = new MemoryStore();
    const hive = rawHive((place) => store.cells(`${place}/`), SIZES);
    const record = { alias: 'a', state: 'uploading', sliceSize: 2 ** 40, since: Date.now() };
    await one(store.cells('index/').set('u/0123', Buffer.from(JSON.stringify(record))));
    await expect(lastValueFrom(hive.upload([ALL, ALL], { alias: 'a', resume: '0123' }))).rejects.toMatchObject({
      code: 'PROTOCOL',
      effect: 'none',
    });
  });

  it('leaves its slices for another try when the session is lost', async () => {
    let left = 3;
    const { mine, other, keys } = stage((cells) => ({
      ...cells,
      create: (key, value) =>
        left-- > 0
          ? cells.create(key, value)
          : throwError(() => new SessionError('EXPIRED', 'the session has expired')),
    }));
    const ids: string[] = [];
    const onProgress = ({ id }: { id: string }) => void ids.push(id);
    const lost = lastValueFrom(mine.upload(ALL, { alias: 'a', onProgress }));
    await expect(lost).rejects.toMatchObject({ code: 'EXPIRED' });
    expect(await keys()).toHaveLength(3); // the record, and two slices
    const progress = await one(other.upload(ALL, { alias: 'a', resume: ids[0]! }).pipe(toArray()));
    expect(progress.at(-1)).toMatchObject({ phase: 'done', id: ids[0] });
    expect(Buffer.compare(await one(other.get('a')), ALL)).toBe(0);
  });

  it('leaves the entry as it was when it fails before its commit, whatever became of the slice', async () => {
    const { mine } = stage((cells) => ({
      ...cells,
      create: (key, value) =>
        key.includes('.')
          ? cells.create(key, value).pipe(map(() => raise(new SessionError('EXPIRED', 'lost', 'unknown'))))
          : cells.create(key, value),
    }));
    await expect(lastValueFrom(mine.upload(ALL, { alias: 'a' }))).rejects.toMatchObject({
      code: 'EXPIRED',
      effect: 'none',
    });
  });

  it('is done when it is visible, also if the mark of its expiry cannot be renewed then', async () => {
    let later = 0;
    let marks = 0;
    const scheduler = Object.assign(Object.create(asyncScheduler) as typeof asyncScheduler, {
      now: () => Date.now() + later,
    });
    const store = new MemoryStore();
    const mine = rawHive(
      (place) => {
        const { transact: _, ...cells } = store.cells(`${place}/`);
        const set: MemoryCells['set'] = (key, value, condition) => {
          if (key.startsWith('e/') && ++marks > 1) return throwError(() => new SessionError('EXPIRED', 'lost'));
          return cells.set(key, value, condition).pipe(tap(() => (later += key.startsWith('h/') ? 40_000 : 0)));
        };
        return { ...cells, set };
      },
      { ...SIZES, grace: 60_000, scheduler }
    );
    const last = await lastValueFrom(mine.upload(ALL, { alias: 'a', expires: 600_000 }));
    expect([last.phase, marks]).toEqual(['done', 2]);
  });

  it('takes its slices away when a sweeper has taken its record', async () => {
    let slices = 0;
    const { mine, keys } = stage((cells, store) => ({
      ...cells,
      create: (key, value) => {
        if (++slices !== 4) return cells.create(key, value); // the first is the record
        const index = store.cells('index/');
        return index.list('u/').pipe(
          concatMap(([record]) => index.delete(record!)),
          concatMap(() => cells.create(key, value))
        );
      },
    }));
    const late = lastValueFrom(mine.upload(ALL, { alias: 'a' }));
    await expect(late).rejects.toMatchObject({ code: 'UPLOAD_CONDEMNED', path: 'a', effect: 'none' });
    await waitFor(async () => (await keys()).length === 0);
  });

  it('leaves a visible entry alone when its subscriber goes before the answer to the commit', async () => {
    let committed = false;
    const { mine, other } = stage((cells) => ({
      ...cells,
      transact: (steps) => cells.transact(steps).pipe(concatMap(() => ((committed = true), NEVER))),
    }));
    const uploading = mine.upload(ALL, { alias: 'a' }).subscribe();
    await waitFor(() => committed);
    uploading.unsubscribe();
    await new Promise((done) => setImmediate(done));
    expect(Buffer.compare(await one(other.get('a')), ALL)).toBe(0);
    expect(await one(other.sweep())).toMatchObject({ uploads: 1, live: 1, removed: 0 });
  });

  it.each([
    ['none', 'before the last request', ALL, 1],
    ['unknown', 'while the last answer is on its way', ALL, 100],
    ['unknown', 'while the only answer is on its way', Buffer.from('small'), 100],
  ] as const)('has the effect %s if it is aborted %s', async (effect, _, content, creates) => {
    let left: number = creates;
    const lost = <T>(answer$: Observable<T>) => answer$.pipe(concatMap(() => NEVER));
    const { mine, other } = stage((cells) => ({
      ...cells,
      create: (key, value) => (left-- > 0 ? cells.create(key, value) : NEVER),
      set: (key, value, condition) => lost(cells.set(key, value, condition)),
      transact: (steps) => lost(cells.transact(steps)),
    }));
    const stop = new AbortController();
    const aborted = lastValueFrom(mine.upload(content, { alias: 'a', signal: stop.signal }));
    await new Promise((done) => setImmediate(done));
    stop.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED', effect });
    expect(await one(other.list())).toEqual(effect === 'none' ? [] : ['a']);
  });

  it('is condemned before its commit when its subscriber goes, so that it cannot become visible later', async () => {
    const { mine, other, keys } = stage((cells) => ({ ...cells, transact: () => NEVER }));
    const phases: string[] = [];
    const uploading = mine.upload(ALL, { alias: 'a' }).subscribe(({ phase }) => phases.push(phase));
    await waitFor(() => phases.includes('committing'));
    uploading.unsubscribe();
    await waitFor(async () => (await keys()).length === 0);
    expect(await one(other.list())).toEqual([]);
  });

  it('that another client goes on with is left alone when its first writer is given up', async () => {
    const { mine, other } = stage((cells) => cells);
    const slow = (until: Promise<unknown>) =>
      (async function* () {
        yield ALL.subarray(0, 3000);
        await until;
        yield ALL.subarray(3000);
      })();
    const ids: string[] = [];
    const first = mine.upload(slow(new Promise(() => undefined)), { alias: 'a' }).subscribe(({ id }) => ids.push(id));
    await waitFor(() => ids.length >= 2);
    let finish = (): void => undefined;
    const finished = new Promise<void>((done) => (finish = done));
    const second = lastValueFrom(other.upload(slow(finished), { alias: 'a', resume: ids[0]! }));
    await new Promise((done) => setImmediate(done));
    first.unsubscribe();
    await new Promise((done) => setImmediate(done));
    finish();
    expect(await second).toMatchObject({ phase: 'done' });
    expect(Buffer.compare(await one(other.get('a')), ALL)).toBe(0);
  });

  it('was condemned, and its source has not changed, when a slice is gone that was there', async () => {
    const { mine, keys } = stage((cells) => ({
      ...cells,
      create: (key, value) =>
        key.endsWith('.000002')
          ? throwError(() => new SessionError('EXPIRED', 'the session has expired'))
          : cells.create(key, value),
      // it has been swept since it was listed
      get: (key, options) => (key.includes('.') ? of({ kind: 'absent' }) : cells.get(key, options)),
    }));
    const ids: string[] = [];
    const lost = lastValueFrom(mine.upload(ALL, { alias: 'a', onProgress: ({ id }) => void ids.push(id) }));
    await expect(lost).rejects.toMatchObject({ code: 'EXPIRED' });
    expect(await keys()).toHaveLength(3);
    const resumed = lastValueFrom(mine.upload(ALL, { alias: 'a', resume: ids[0]! }));
    await expect(resumed).rejects.toMatchObject({ code: 'UPLOAD_CONDEMNED', path: 'a', effect: 'none' });
  });
});
