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
  return { mine, other: rawHive((place) => store.cells(`${place}/`), SIZES) };
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

  it('has no effect when it has not happened, and cannot happen later', async () => {
    let late: Observable<unknown> = of(undefined);
    const { mine, other } = stage((cells) => ({
      transact: (steps) => ((late = cells.transact(steps)), lost('unknown')),
    }));
    await expect(one(mine.put('a', CONTENT))).rejects.toMatchObject({ code: 'CONNECTION_LOST', effect: 'none' });
    await expect(one(late)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await one(other.list())).toEqual([]);
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
