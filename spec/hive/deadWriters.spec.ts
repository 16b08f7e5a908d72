import { describe, expect, it } from '@jest/globals';
import { asyncScheduler, concatMap, firstValueFrom, type Observable } from 'rxjs';
import { type Life, mortalCells } from '../helpers/mortalCells.js';
import { rawHive } from '../../lib/hive/hive.js';
import { MemoryStore } from '../../lib/hive/memoryStore.js';

const SIZES = { inlineBytes: 100, sliceBytes: 1000, window: 3 };
const [SMALL, OLD, NEW] = [Buffer.from('small'), Buffer.alloc(4500, 'old'), Buffer.alloc(5500, 'new')];
const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);

/** A clock that the spec turns. */
class Calendar {
  time = 1_000_000;
  readonly scheduler = Object.assign(Object.create(asyncScheduler) as typeof asyncScheduler, { now: () => this.time });
}

/** A store, a hive that lives, and one that dies. */
function stage(transactions: boolean, life?: Life) {
  const store = new MemoryStore();
  const calendar = new Calendar();
  const options = { ...SIZES, scheduler: calendar.scheduler };
  const cells = (place: string) => {
    const all = store.cells(`${place}/`);
    if (transactions) return all;
    const { transact: _, ...rest } = all;
    return rest as typeof all;
  };
  const other = rawHive(cells, options);
  const mine = rawHive((place) => (life === undefined ? cells(place) : mortalCells(cells(place), life)), options);
  return { store, calendar, mine, other };
}

const GRACE = 5 * 60_000;
const keysOf = async (store: MemoryStore) => one(store.cells('').list(''));

describe.each([true, false])('a writer of a store (with transactions: %s) that dies', (transactions) => {
  const deaths: [string, Buffer, Buffer, Life][] = [];
  for (const lastArrives of [false, true])
    for (const [before, after] of [
      [SMALL, NEW],
      [OLD, NEW],
      [OLD, SMALL],
    ] as const)
      for (let calls = 0; calls < 14; calls++)
        deaths.push([
          `after ${calls} calls${lastArrives ? ', and one more' : ''}, ${before.length} to ${after.length}`,
          before,
          after,
          { calls, lastArrives },
        ]);

  it.each(deaths)(
    '%s: leaves the old value or the new one, and in the end nothing else',
    async (_, before, after, { ...life }) => {
      const { store, calendar, mine, other } = stage(transactions, life);
      await one(other.put('a', before));
      const writing = mine.update('a', after).subscribe({ error: () => undefined });
      await new Promise((done) => setImmediate(done));
      await new Promise((done) => setTimeout(done, 1));
      const found = await one(other.get('a'));
      expect([before.toString(), after.toString()]).toContain(Buffer.from(found).toString());
      for (let i = 0; i < 4; i++) {
        calendar.time += GRACE + 1;
        await one(other.sweep());
        expect(Buffer.compare(await one(other.get('a')), found)).toBe(0);
      }
      const slices = found.length > 100 ? Math.ceil(found.length / 1000) + 1 : 0;
      expect(await keysOf(store)).toHaveLength(1 + slices); // the head, and the slices with their record
      expect(await one(other.sweep({ dryRun: true }))).toMatchObject({ retired: 0, removed: 0 });
      writing.unsubscribe();
    }
  );
});

it('a writer without transactions that sleeps between its two steps does not name slices that are gone', async () => {
  const { store, calendar, other } = stage(false);
  await one(other.put('a', OLD));
  let slept = false;
  const cells = (place: string) => {
    const { transact: _, ...rest } = store.cells(`${place}/`);
    const set: typeof rest.set = (key, value, condition) =>
      rest.set(key, value, condition).pipe(
        concatMap(async (version) => {
          if (slept || !key.startsWith('u/')) return version;
          slept = true;
          for (let i = 0; i < 3; i++) {
            calendar.time += GRACE + 1;
            await one(other.sweep());
          }
          return version;
        })
      );
    return { ...rest, set } as unknown as ReturnType<typeof store.cells>;
  };
  const sleepy = rawHive(cells, { ...SIZES, scheduler: calendar.scheduler });
  await expect(one(sleepy.update('a', NEW))).rejects.toMatchObject({ code: 'UPLOAD_CONDEMNED', effect: 'none' });
  expect(slept).toBe(true);
  expect(Buffer.compare(await one(other.get('a')), OLD)).toBe(0);
});
