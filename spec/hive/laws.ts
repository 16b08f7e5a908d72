import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { type Observable, defer, firstValueFrom, from, lastValueFrom, toArray } from 'rxjs';
import { rawHive } from '../../lib/hive/hive.js';
import { DELETIONS, type HiveStore } from '../../lib/hive/hiveStore.js';
import type { HiveOptions } from '../../lib/hive/options.js';
import type { Hive } from '../../lib/hive/api/hive.js';
import type { HivePrefixWatching, HiveWatching } from '../../lib/hive/api/hiveWatching.js';
import { hive } from '../../lib/hive/hive.js';
import { calendar } from '../helpers/calendar.js';
import type { CellClient, CellStore, Offer } from '../helpers/cellStores.js';
import { waitFor } from '../helpers/waitFor.js';
import { swapLaws } from './swapLaws.js';
import { uploadLaws } from './uploadLaws.js';

export type AnyHive<T, V> = Hive<T, V> & Partial<HiveWatching<T, V> & HivePrefixWatching<V>>;

export const SIZES: HiveOptions = { inlineBytes: 1000, sliceBytes: 10_000 };
const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);
const refused = (reply$: Observable<unknown>) => expect(one(reply$)).rejects;
const [SMALL, LARGE, LARGER] = [Buffer.from('small'), Buffer.alloc(55_555, 'large '), Buffer.alloc(66_666, 'larger')];
const isSame = (found: Uint8Array, wanted: Uint8Array) => Buffer.compare(found, wanted) === 0;

/** The laws of a hive, for one store. */
export function hiveLaws<V>(name: string, start: () => Promise<CellStore<V>>): void {
  describe(`a hive in ${name}`, () => {
    let ground: CellStore<V>;
    let clients: CellClient<V>[];
    let objects: AnyHive<unknown, V>;
    let mine: AnyHive<Uint8Array, V>;
    let other: AnyHive<Uint8Array, V>;
    let store: HiveStore<Offer<V>>;
    let count = 0;

    beforeAll(async () => {
      ground = await start();
    });
    afterAll(() => ground?.stop());
    beforeEach(async () => {
      const place = `hive${count++}`;
      clients = [await ground.client(), await ground.client()];
      const [first, second] = clients.map((client) => (part: string) => client.cells(`${place}/${part}`));
      store = first!;
      objects = hive<V, Offer<V>>(store);
      mine = rawHive<V, Offer<V>>(store, SIZES);
      other = rawHive<V, Offer<V>>(second!, SIZES);
    });
    afterEach(() => Promise.all(clients.map((client) => client.close())));

    it.each([SMALL, LARGE])('puts an entry once, and gives it back', async (value) => {
      const version = await one(mine.put('a', value));
      expect(isSame(await one(other.get('a', { latest: true })), value)).toBe(true);
      await refused(mine.put('a', SMALL)).toMatchObject({ code: 'ALIAS_ALREADY_EXISTS', path: 'a', effect: 'none' });
      expect(await one(mine.stat('a'))).toMatchObject({ version, size: value.length, codec: 'raw' });
    });

    it('keeps objects as they were', async () => {
      const value = {
        at: new Date(7),
        map: new Map([['k', new Set([1n])]]),
        bytes: new Uint8Array([1]),
        none: undefined,
      };
      await one(objects.put('a', value));
      expect(await one(objects.get('a'))).toEqual(value);
      await refused(objects.put('b', { call: () => 1 })).toMatchObject({ code: 'BAD_VALUE', path: 'b' });
    });

    it('says that there is no entry', async () => {
      const gone = { code: 'ALIAS_NOT_FOUND', effect: 'none' };
      await refused(mine.get('a')).toMatchObject(gone);
      await refused(mine.replace('a', SMALL)).toMatchObject(gone);
      await refused(mine.replace('a', LARGE)).toMatchObject(gone);
      await refused(mine.delete('a')).toMatchObject(gone);
      await refused(mine.getAndUpdate('a', SMALL)).toMatchObject(gone);
      await refused(mine.getAndRemove('a')).toMatchObject(gone);
      await refused(mine.compareAndSwap('a', SMALL, LARGE)).toMatchObject(gone);
      await refused(mine.download('a')).toMatchObject(gone);
      expect(await one(mine.stat('a'))).toBeUndefined();
      expect(await one(mine.list())).toEqual([]);
    });

    it('writes over entries of any size', async () => {
      for (const value of [SMALL, LARGE, LARGER, SMALL, LARGE]) {
        await one(mine.update('a', value));
        expect(isSame(await one(other.get('a', { latest: true })), value)).toBe(true);
        await one(mine.replace('a', value));
      }
    });

    it('writes no slices when the condition does not hold', async () => {
      const version = await one(mine.put('a', SMALL));
      const created: string[] = [];
      const counting = rawHive<V, Offer<V>>((place) => {
        const cells = store(place);
        return { ...cells, create: (key, value) => defer(() => (created.push(key), cells.create(key, value))) };
      }, SIZES);
      await refused(counting.put('a', LARGE)).toMatchObject({ code: 'ALIAS_ALREADY_EXISTS', effect: 'none' });
      await refused(counting.replace('b', LARGE)).toMatchObject({ code: 'ALIAS_NOT_FOUND', effect: 'none' });
      await one(mine.update('a', SMALL));
      for (const write of [
        counting.update('a', LARGE, { ifVersion: version }),
        counting.upload(LARGE, { alias: 'a', ifVersion: version }),
      ])
        await refused(write as Observable<unknown>).toMatchObject({
          code: 'VERSION_CONFLICT',
          path: 'a',
          effect: 'none',
        });
      expect(created).toEqual([]);
    });

    it('writes and deletes only the version that is asked for', async () => {
      const first = await one(mine.put('a', SMALL));
      const second = await one(other.update('a', LARGE));
      for (const value of [SMALL, LARGE])
        await refused(mine.update('a', value, { ifVersion: first })).toMatchObject({ code: 'VERSION_CONFLICT' });
      await refused(mine.delete('a', { ifVersion: first })).toMatchObject({ code: 'VERSION_CONFLICT' });
      const third = await one(mine.replace('a', LARGER, { ifVersion: second }));
      await one(mine.delete('a', { ifVersion: third }));
      expect(await one(other.stat('a', { latest: true }))).toBeUndefined();
    });

    it('exchanges values, and compares them by their content', async () => {
      await one(mine.put('a', SMALL));
      expect(isSame(await one(mine.getAndUpdate('a', LARGE)), SMALL)).toBe(true);
      const missed = await one(mine.compareAndSwap('a', SMALL, LARGER));
      expect([missed.swapped, isSame(missed.value, LARGE)]).toEqual([false, true]);
      expect((await one(mine.compareAndSwap('a', LARGE, LARGER))).swapped).toBe(true);
      expect((await one(mine.removeIf('a', LARGE))).swapped).toBe(false);
      expect(isSame(await one(mine.getAndRemove('a')), LARGER)).toBe(true);
      await one(mine.put('a', SMALL));
      expect((await one(mine.removeIf('a', SMALL))).swapped).toBe(true);
      expect(await one(mine.list())).toEqual([]);
    });

    it('loses no change of a function, when all clients change one entry at the same time', async () => {
      const more = (value?: Uint8Array) => Buffer.concat([value ?? new Uint8Array(0), Buffer.from('x')]);
      const changes = [mine, other, mine, other].flatMap((hive) => [hive.modify('a', more), hive.modify('a', more)]);
      await Promise.all(changes.map(one));
      const { value, version } = await one(mine.modify('a', (same) => same!));
      expect(String(value)).toBe('xxxxxxxx');
      expect(await one(mine.stat('a', { latest: true }))).toMatchObject({ version, size: 8 });
      expect(isSame((await one(other.modify('a', () => LARGE))).value, LARGE)).toBe(true);
      expect(isSame((await one(mine.modify('a', more))).value, more(LARGE))).toBe(true);
    });

    it('changes a value only of the version that is asked for', async () => {
      const old = await one(mine.put('a', SMALL));
      const conflict = { code: 'VERSION_CONFLICT', path: 'a', effect: 'none' };
      const ifVersion = await one(mine.update('a', SMALL));
      await refused(mine.getAndUpdate('a', LARGE, { ifVersion: old })).toMatchObject(conflict);
      await refused(mine.compareAndSwap('a', SMALL, LARGE, { ifVersion: old })).toMatchObject(conflict);
      await refused(mine.removeIf('a', SMALL, { ifVersion: old })).toMatchObject(conflict);
      await refused(mine.getAndRemove('a', { ifVersion: old })).toMatchObject(conflict);
      await refused(mine.expire('a', 1000, { ifVersion: old })).toMatchObject(conflict);
      expect(await one(mine.stat('a'))).toMatchObject({ version: ifVersion, size: SMALL.length });
      expect((await one(mine.compareAndSwap('a', SMALL, LARGE, { ifVersion }))).swapped).toBe(true);
      const next = (await one(mine.stat('a')))!.version;
      expect(isSame(await one(mine.getAndRemove('a', { ifVersion: next })), LARGE)).toBe(true);
    });

    it('lets one of many writers win each version', async () => {
      await one(mine.put('sum', Buffer.from('0')));
      const add = async (hive: AnyHive<Uint8Array, V>) => {
        for (;;) {
          const [value, facts] = [
            await one(hive.get('sum', { latest: true })),
            await one(hive.stat('sum', { latest: true })),
          ];
          const next = Buffer.from(String(Number(Buffer.from(value).toString()) + 1));
          const swap = await one(hive.compareAndSwap('sum', value, next));
          if (facts !== undefined && swap.swapped) return;
        }
      };
      await Promise.all([mine, other, mine, other].flatMap((hive) => [add(hive), add(hive)]));
      expect(Buffer.from(await one(mine.get('sum', { latest: true }))).toString()).toBe('8');
    });

    it('lists the aliases with a prefix, whatever is in them, and removes them', async () => {
      const names = ['b/1', 'b/ü €', 'b/%2F', 'a', 'c'];
      for (const alias of names) await one(mine.put(alias, SMALL));
      const inOrder = (all: readonly string[]) =>
        [...all].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await one(mine.list('', { latest: true }))).toEqual(inOrder(names));
      expect(await one(mine.removeAll('b/'))).toBe(3);
      expect(await one(mine.list('', { latest: true }))).toEqual(['a', 'c']);
    });

    it('uploads from streams, with progress, and downloads all or a part', async () => {
      const chunks = Array.from({ length: 50 }, (_, i) => Buffer.alloc(1234, i));
      const all = Buffer.concat(chunks);
      for (const source of [chunks, from(chunks), Readable.from(chunks), new Blob(chunks), new Blob(chunks).stream()]) {
        const progress = await one(mine.upload(source as never, { alias: 'a' }).pipe(toArray()));
        expect(progress.map(({ slices }) => slices)).toEqual([1, 2, 3, 4, 5, 6, 7, 7, 7]);
        expect(progress.at(-2)).toMatchObject({ phase: 'committing' });
        expect(progress.at(-1)).toMatchObject({ phase: 'done', bytesSent: all.length, alias: 'a' });
        expect(isSame(await one(other.get('a', { latest: true })), all)).toBe(true);
      }
      const pieces: Uint8Array[] = [];
      for await (const piece of other.download('a', { from: 9_999, to: 30_001 })) pieces.push(piece);
      expect(isSame(Buffer.concat(pieces), all.subarray(9_999, 30_001))).toBe(true);
      expect(await one(mine.verify().pipe(toArray()))).toEqual([]);
    });

    it('takes an upload away that is given up, or whose source fails', async () => {
      const uploading = mine.upload(
        (async function* () {
          yield LARGE;
          await new Promise(() => undefined);
        })(),
        { alias: 'a' }
      );
      await new Promise<void>((first) => {
        const subscription = uploading.subscribe(() => {
          subscription.unsubscribe();
          first();
        });
      });
      const failing = mine.upload(
        (async function* () {
          yield LARGE;
          throw new Error('the disk is broken');
        })(),
        { alias: 'a' }
      );
      await expect(lastValueFrom(failing)).rejects.toThrow('the disk is broken');
      await waitFor(async () => (await one(mine.sweep({ dryRun: true }))).uploads === 0);
      expect(await one(mine.list())).toEqual([]);
    });

    it('does not go on with an upload that was taken away', async () => {
      const chunks = Array.from({ length: 8 }, (_, i) => Buffer.alloc(10_000, i));
      let id = '';
      const broken = mine.upload(
        (async function* () {
          yield* chunks.slice(0, 5);
          throw Object.assign(new Error('x'));
        })(),
        { alias: 'a', onProgress: (progress) => (id = progress.id) }
      );
      await expect(lastValueFrom(broken)).rejects.toThrow('x');
      await refused(mine.upload(chunks, { alias: 'a', resume: id })).toMatchObject({ code: 'UPLOAD_CONDEMNED' });
    });

    uploadLaws(() => ({ store, mine, other }));
    swapLaws(() => ({ store, other }));

    it('sweeps what is replaced after the time of grace, and leaves the rest', async () => {
      let time = Date.now();
      const sweeping = rawHive<V, Offer<V>>(store, { ...SIZES, scheduler: calendar(() => time) });
      await one(mine.put('a', LARGE));
      await one(mine.put('b', LARGE));
      await one(mine.update('a', SMALL));
      if (store('index').transact === undefined) {
        // the writer may be between its two steps
        expect(await one(sweeping.sweep())).toMatchObject({ uploads: 2, live: 2, retired: 0, removed: 0 });
        time += 6 * 60_000;
      }
      expect(await one(sweeping.sweep())).toMatchObject({ uploads: 2, live: 1, retired: 1, removed: 0 });
      time += 6 * 60_000;
      expect(await one(sweeping.sweep({ dryRun: true }))).toMatchObject({ live: 1, removed: 1, slices: 0 });
      expect(await one(sweeping.sweep())).toMatchObject({ uploads: 2, live: 1, removed: 1, slices: 6 });
      expect(await one(sweeping.sweep())).toMatchObject({ uploads: 1, live: 1, retired: 0, removed: 0 });
      expect(isSame(await one(other.get('b', { latest: true })), LARGE)).toBe(true);
    });

    it('forgets entries that run out', async () => {
      let time = Date.now();
      const dated = rawHive<V, Offer<V>>(store, { ...SIZES, scheduler: calendar(() => time) });
      await one(dated.put('a', SMALL, { expires: 1000 }));
      await one(dated.put('b', SMALL, { expires: new Date(time + 5000) }));
      expect((await one(dated.stat('a')))?.expires).toEqual(new Date(time + 1000));
      time += 2000;
      await refused(dated.get('a')).toMatchObject({ code: 'ALIAS_NOT_FOUND' });
      for (const value of [SMALL, LARGE])
        for (const change of [
          dated.replace('a', value),
          dated.getAndUpdate('a', value),
          dated.compareAndSwap('a', SMALL, value),
        ])
          await refused(change).toMatchObject({ code: 'ALIAS_NOT_FOUND', effect: 'none' });
      expect(await one(dated.sweep({ dryRun: true }))).toMatchObject({ expired: 1 });
      await one(dated.put('a', LARGE, { expires: 1000 })); // over the one that has run out
      time += 6 * 60_000;
      expect(await one(dated.sweep())).toMatchObject({ expired: 2 });
      expect(await one(dated.list('', { latest: true }))).toEqual([]);
      for (let i = 0; i < 3; i++) {
        time += 6 * 60_000;
        await one(dated.sweep());
      }
      const left = await one(store('index').list('', { latest: true }));
      expect(left.filter((key) => !key.startsWith(DELETIONS))).toEqual([]);
    });

    it('changes when an entry runs out, and leaves its content', async () => {
      let time = Date.now();
      const dated = rawHive<V, Offer<V>>(store, { ...SIZES, scheduler: calendar(() => time) });
      await refused(dated.expire('a', 1000)).toMatchObject({ code: 'ALIAS_NOT_FOUND' });
      await refused(dated.expire('a', 0)).toMatchObject({ argument: 'options.expires' });
      await one(dated.put('a', LARGE));
      const ifVersion = await one(dated.expire('a', 1000));
      expect(await one(dated.stat('a'))).toMatchObject({ version: ifVersion, expires: new Date(time + 1000) });
      await one(dated.expire('a', undefined, { ifVersion }));
      time += 6 * 60_000;
      await one(dated.sweep());
      expect((await one(dated.stat('a')))?.expires).toBeUndefined();
      expect(isSame(await one(dated.get('a')), LARGE)).toBe(true);
      await one(dated.expire('a', new Date(time + 1)));
      time += 2;
      expect(await one(dated.sweep())).toMatchObject({ expired: 1 });
      expect(await one(dated.list('', { latest: true }))).toEqual([]);
    });

    it('reads on while the entry is replaced, and says so when its slices are swept away', async () => {
      await one(mine.put('a', LARGE));
      const reading = other.download('a', { latest: true })[Symbol.asyncIterator]();
      const first = await reading.next();
      await one(mine.update('a', LARGER));
      const rest: Uint8Array[] = [first.value as Uint8Array];
      for (let next = await reading.next(); next.done !== true; next = await reading.next()) rest.push(next.value);
      expect(isSame(Buffer.concat(rest), LARGE)).toBe(true);
    });

    it('shows damage', async () => {
      await one(mine.put('a', LARGE));
      await one(mine.put('b', SMALL));
      const { upload } = (await one(mine.stat('a')))!;
      for (let shard = 0; shard < 256; shard++) {
        const cells = store(`slices/${shard.toString(16).padStart(2, '0')}`);
        const keys = await one(cells.list(upload!, { latest: true }));
        if (keys.length === 0) continue;
        await one(cells.set(keys[2]!, Buffer.from('?')));
        break;
      }
      await refused(mine.get('a')).toMatchObject({ code: 'CORRUPT' });
      await one(store('index').set('h/c', Buffer.from('?')));
      const damaged = await one(mine.verify().pipe(toArray()));
      expect(damaged.map(({ alias, error }) => `${alias} ${(error as { code: string }).code}`).sort()).toEqual([
        'a CORRUPT',
        'c CORRUPT',
      ]);
    });

    it('refuses bad arguments before anything is sent', async () => {
      await refused(mine.put('', SMALL)).toMatchObject({ code: 'USAGE', argument: 'alias' });
      await refused(mine.put('x'.repeat(1001), SMALL)).toMatchObject({ code: 'TOO_LARGE', argument: 'alias' });
      await refused(mine.put(7 as never, SMALL)).toMatchObject({ code: 'USAGE', argument: 'alias' });
      await refused(mine.put('a', 'text' as never)).toMatchObject({ code: 'BAD_VALUE', path: 'a' });
      await refused(mine.put('a', SMALL, { expires: -1 })).toMatchObject({ argument: 'options.expires' });
      await refused(mine.upload(7 as never)).toMatchObject({ code: 'USAGE', argument: 'source' });
      const limited = rawHive<V, Offer<V>>(store, { ...SIZES, maxObjectBytes: 50_000 });
      await refused(limited.put('a', LARGE)).toMatchObject({ code: 'TOO_LARGE' });
      await expect(lastValueFrom(limited.upload([LARGE], { alias: 'a' }))).rejects.toMatchObject({ code: 'TOO_LARGE' });
      expect(await one(mine.list())).toEqual([]);
    });

    it('shows entries as they change, where the store has events', async () => {
      if (mine.watch === undefined || mine.watchPrefix === undefined) return;
      const seen: unknown[] = [];
      const all: string[] = [];
      const watching = mine
        .watch('a')
        .subscribe((found) => seen.push(found.kind === 'present' ? found.value.length : found.kind));
      watching.add(
        mine
          .watchPrefix('')
          .subscribe(({ entries }) => all.push([...entries].map(([alias, { size }]) => `${alias} ${size}`).join()))
      );
      await waitFor(() => seen.length > 0 && all.length > 0);
      for (const value of [SMALL, LARGE]) {
        await one(other.update('a', value));
        await waitFor(() => seen.at(-1) === value.length);
      }
      await one(other.delete('a'));
      await waitFor(() => seen.at(-1) === 'absent' && all.at(-1) === '');
      expect(all).toContain(`a ${LARGE.length}`);
      watching.unsubscribe();
    });

    it('loses nothing that was acknowledged when connections are cut', async () => {
      if (ground.disturb === undefined) return;
      for (let round = 0; round < 3; round++) {
        const value = Buffer.alloc(200_000, `round ${round} `);
        const done = lastValueFrom(mine.upload([value], { alias: 'a' }));
        ground.disturb();
        await done.then(
          async () => expect(isSame(await one(other.get('a', { latest: true })), value)).toBe(true),
          (error: { effect?: string }) => expect(['none', 'unknown']).toContain(error.effect)
        );
      }
    });
  });
}
