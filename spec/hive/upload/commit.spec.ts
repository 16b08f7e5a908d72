import { describe, expect, it } from '@jest/globals';
import {
  concat,
  concatMap,
  defer,
  firstValueFrom,
  lastValueFrom,
  NEVER,
  type Observable,
  of,
  Subscription,
  throwError,
  toArray,
} from 'rxjs';
import { ConnectionLostError } from '../../../lib/core/errors.js';
import { rawHive } from '../../../lib/hive/hive.js';
import { type MemoryCells, MemoryStore } from '../../../lib/hive/memoryStore.js';

const SIZES = { inlineBytes: 100, sliceBytes: 1000, window: 2 };
const CONTENT = Buffer.alloc(3500, 'content ');
const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);
const lost = (effect: 'none' | 'unknown') => throwError(() => new ConnectionLostError('cut', effect));

/** A store, the hive of a client whose cells a test changes, and that of another. */
function stage(change: (cells: MemoryCells) => Partial<MemoryCells>) {
  const store = new MemoryStore();
  const mine = rawHive((place) => {
    const cells = store.cells(`${place}/`);
    return { ...cells, ...change(cells) };
  }, SIZES);
  const keys = () => {
    let found: readonly string[] = [];
    store
      .cells('')
      .list('')
      .subscribe((all) => (found = all));
    return found;
  };
  return { mine, other: rawHive((place) => store.cells(`${place}/`), SIZES), keys };
}

describe('a commit whose answer is lost', () => {
  it('has happened, though it arrives only when its writer has looked for it', async () => {
    let late: (() => Observable<unknown>) | undefined;
    const { mine, other } = stage((cells) => ({
      transact: (steps) => ((late = () => cells.transact(steps)), lost('unknown')),
      set: (key, value, condition) => {
        const arrived = late;
        late = undefined;
        return (arrived?.() ?? of(undefined)).pipe(concatMap(() => cells.set(key, value, condition)));
      },
    }));
    const version = await one(mine.put('a', CONTENT));
    expect(version).toBe((await one(other.stat('a')))?.version);
    expect(Buffer.compare(await one(other.get('a')), CONTENT)).toBe(0);
  });

  it('has an unknown effect when it has happened, and the entry cannot be read', async () => {
    let isCommitted = false;
    const { mine, other } = stage((cells) => ({
      transact: (steps) => cells.transact(steps).pipe(concatMap(() => ((isCommitted = true), lost('unknown')))),
      get: (key, options) =>
        defer(() => (isCommitted && key.startsWith('h/') ? lost('none') : cells.get(key, options))),
    }));
    await expect(one(mine.put('a', CONTENT))).rejects.toMatchObject({ code: 'CONNECTION_LOST', effect: 'unknown' });
    expect(Buffer.compare(await one(other.get('a')), CONTENT)).toBe(0);
  });

  it('is made again when it has not happened, and the first one cannot happen any more', async () => {
    const late: Observable<unknown>[] = [];
    const { mine, other } = stage((cells) => ({
      transact: (steps) =>
        late.length < 2 ? (late.push(cells.transact(steps)), lost('unknown')) : cells.transact(steps),
    }));
    const version = await one(mine.put('a', CONTENT));
    for (const first of late) await expect(one(first)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(version).toBe((await one(other.stat('a')))?.version);
    expect(Buffer.compare(await one(other.get('a')), CONTENT)).toBe(0);
  });

  it('is made again under its condition, and leaves no slices when that does not hold any more', async () => {
    let other: ReturnType<typeof stage>['other'] | undefined = undefined;
    let isLost = false;
    const staged = stage((cells) => ({
      transact: (steps) => {
        if (isLost) return cells.transact(steps);
        isLost = true;
        return other!.put('a', Buffer.from('of another')).pipe(concatMap(() => lost('unknown')));
      },
    }));
    ({ other } = staged);
    const put$ = staged.mine.put('a', CONTENT);
    await expect(one(put$)).rejects.toMatchObject({ code: 'ALIAS_ALREADY_EXISTS', effect: 'none' });
    expect(String(await one(other.get('a')))).toBe('of another');
    expect(staged.keys().filter((key) => !/^index.(h|d|e)/.test(key))).toEqual([]);
  });

  it('has no effect when it is lost each time, cannot happen later, and can be resumed', async () => {
    const late: Observable<unknown>[] = [];
    let isCut = true;
    const { mine, other } = stage((cells) => ({
      transact: (steps) => (isCut ? (late.push(cells.transact(steps)), lost('unknown')) : cells.transact(steps)),
    }));
    const ids: string[] = [];
    const onProgress = ({ id }: { readonly id: string }) => void ids.push(id);
    const upload$ = mine.upload(CONTENT, { alias: 'a', onProgress });
    await expect(lastValueFrom(upload$)).rejects.toMatchObject({ code: 'CONNECTION_LOST', effect: 'none' });
    expect(late).toHaveLength(6);
    for (const each of late) await expect(one(each)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await one(other.list())).toEqual([]);
    isCut = false;
    await lastValueFrom(mine.upload(CONTENT, { alias: 'a', resume: ids[0]! }));
    expect(Buffer.compare(await one(other.get('a')), CONTENT)).toBe(0);
  });

  it.each(['with', 'without'])('is sent again when it cannot have left, in a store %s transactions', async (kind) => {
    let cuts = 2;
    const cut = <T>(request$: Observable<T>) => defer(() => (cuts-- > 0 ? lost('none') : request$));
    const { mine, other } = stage((cells) => ({
      ...(kind === 'with'
        ? { transact: (steps) => cut(cells.transact(steps)) }
        : {
            transact: undefined as never,
            create: (key: string, value: Uint8Array) =>
              key.startsWith('h/') ? cut(cells.create(key, value)) : cells.create(key, value),
          }),
    }));
    await one(mine.put('a', CONTENT));
    expect(cuts).toBe(-1);
    expect(Buffer.compare(await one(other.get('a')), CONTENT)).toBe(0);
  });

  it('leaves the upload to another client that goes on with it', async () => {
    const ids: string[] = [];
    const going = new Subscription();
    const { mine, other } = stage(() => ({
      transact: () => {
        going.add(
          other.upload(concat([CONTENT], NEVER), { alias: 'a', resume: ids[0]! }).subscribe({ error: () => undefined })
        );
        return lost('unknown');
      },
    }));
    const onProgress = ({ id }: { readonly id: string }) => void ids.push(id);
    const first = lastValueFrom(mine.upload(CONTENT, { alias: 'a', onProgress }));
    await expect(first).rejects.toMatchObject({ code: 'CONNECTION_LOST', effect: 'none' });
    await one(other.upload(CONTENT, { alias: 'a', resume: ids[0]! }).pipe(toArray()));
    expect(Buffer.compare(await one(other.get('a')), CONTENT)).toBe(0);
    going.unsubscribe();
  });
});
