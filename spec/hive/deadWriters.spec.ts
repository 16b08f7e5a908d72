import { describe, expect, it } from '@jest/globals';
import { concatMap, defer, firstValueFrom, type Observable } from 'rxjs';
import { calendar } from '../helpers/calendar.js';
import { type Life, mortalCells } from '../helpers/mortalCells.js';
import { rawHive } from '../../lib/hive/hive.js';
import { type MemoryCells, MemoryStore } from '../../lib/hive/memoryStore.js';
import type { Hive } from '../../lib/hive/api/hive.js';

const SIZES = { inlineBytes: 100, sliceBytes: 1000, window: 3 };
const [SMALL, OLD, NEW] = [Buffer.from('small'), Buffer.alloc(4500, 'old'), Buffer.alloc(5500, 'new')];
const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);

/** A clock that the spec turns. */
class Calendar {
  time = 1_000_000;
  readonly scheduler = calendar(() => this.time);
}

/** A store, a hive that lives, and one whose cells are not as they should be. */
function stage(transactions: boolean, wrap: (cells: MemoryCells) => MemoryCells) {
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
  const mine = rawHive((place) => wrap(cells(place)), options);
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
      const { store, calendar, mine, other } = stage(transactions, (cells) => mortalCells(cells, life));
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

/** A process that falls asleep once, after so many answers. Nothing of it goes on before it wakes up. */
interface Nap {
  answers: number;
  asleep: Promise<void>;
  sleep(): Promise<void>;
}

function drowsyCells<C extends object>(cells: C, nap: Nap): C {
  const drowsy: Record<string, unknown> = Object.fromEntries(Object.entries(cells));
  for (const [name, member] of Object.entries(cells))
    if (typeof member === 'function')
      drowsy[name] = (...args: unknown[]) =>
        defer(() => nap.asleep).pipe(
          concatMap(() => (member as (...all: unknown[]) => Observable<unknown>)(...args)),
          concatMap((value) => {
            if (nap.answers-- === 0) nap.asleep = nap.sleep();
            return nap.asleep.then(() => value);
          })
        );
  return drowsy as never;
}

describe.each([true, false])('a writer of a store (with transactions: %s) that sleeps', (transactions) => {
  const writes: readonly [
    string,
    Buffer | undefined,
    (hive: Hive<Uint8Array, number>, v: number) => Observable<unknown>,
  ][] = [
    ['update', OLD, (hive) => hive.update('a', NEW)],
    ['update of a version', OLD, (hive, ifVersion) => hive.update('a', NEW, { ifVersion })],
    ['replace', SMALL, (hive) => hive.replace('a', NEW)],
    ['put', undefined, (hive) => hive.put('a', NEW)],
    ['put over what has run out', SMALL, (hive) => hive.put('a', NEW)],
  ];
  const naps = writes.flatMap((write) =>
    Array.from({ length: 14 }, (_, answers) => [`${write[0]}, ${answers} answers`, ...write, answers] as const)
  );

  it.each(naps)('leaves the old value or the new one: %s before it', async (_, name, before, write, answers) => {
    let slept = false;
    const nap: Nap = {
      answers,
      asleep: Promise.resolve(),
      async sleep() {
        slept = true;
        for (let i = 0; i < 3; i++) {
          calendar.time += GRACE + 1;
          await one(other.sweep());
        }
      },
    };
    const { store, calendar, mine, other } = stage(transactions, (cells) => drowsyCells(cells, nap));
    const runsOut = name.includes('run out');
    const version = before === undefined ? 0 : await one(other.put('a', before, { expires: runsOut ? 1 : undefined }));
    calendar.time += 2;
    const done = await one(write(mine, version)).then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'UPLOAD_CONDEMNED', effect: 'none' });
        return false;
      }
    );
    expect(slept || done).toBe(true);
    const found = done ? NEW : runsOut ? undefined : before;
    for (let i = 0; i < 4; i++) {
      expect(await one(other.stat('a')).then((facts) => facts?.size)).toBe(found?.length);
      if (found !== undefined) expect(Buffer.compare(await one(other.get('a')), found)).toBe(0);
      calendar.time += GRACE + 1;
      await one(other.sweep());
    }
    const slices = (found?.length ?? 0) > 100 ? Math.ceil(found!.length / 1000) + 1 : 0;
    expect(await keysOf(store)).toHaveLength((found === undefined ? 0 : 1) + slices);
  });
});
