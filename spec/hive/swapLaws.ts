import { expect, it } from '@jest/globals';
import { type Observable, concat, concatMap, defer, firstValueFrom, ignoreElements } from 'rxjs';
import type { HiveStore } from '../../lib/hive/hiveStore.js';
import { rawHive } from '../../lib/hive/hive.js';
import type { Offer } from '../helpers/cellStores.js';
import type { AnyHive } from './laws.js';

/** A hive that two clients share. */
interface Stage<V> {
  readonly store: HiveStore<Offer<V>>;
  readonly other: AnyHive<Uint8Array, V>;
}

const [OLD, OTHER, NEW] = ['old', 'another', 'new'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);

/** The laws of changes that depend on the value that is there, while another client makes the entry again. */
export function swapLaws<V>(stage: () => Stage<V>): void {
  /** A client that reads an entry. Before it changes the entry, the other one deletes it, and makes it again. */
  async function overtaken(): Promise<AnyHive<Uint8Array, V>> {
    const { store, other } = stage();
    await one(other.put('a', OLD));
    let left = 1;
    const again$ = other.delete('a').pipe(concatMap(() => other.put('a', OTHER)));
    const first = <T>(change$: Observable<T>) =>
      defer((): Observable<T> => (left-- > 0 ? concat(again$.pipe(ignoreElements()), change$) : change$));
    return rawHive<V, Offer<V>>((place) => {
      const cells = store(place);
      const { transact } = cells;
      if (place !== 'index') return cells;
      return {
        ...cells,
        set: (key, value, condition) => first(cells.set(key, value, condition)),
        delete: (key, condition) => first(cells.delete(key, condition)),
        ...(transact && { transact: (steps: Parameters<typeof transact>[0]) => first(transact(steps)) }),
      };
    });
  }
  const left = () => one(stage().other.getRaw('a', { latest: true }));

  it('takes an entry that was made again for another one: getAndUpdate and getAndRemove tell its value', async () => {
    expect(Buffer.compare(await one((await overtaken()).getAndUpdate('a', NEW)), OTHER)).toBe(0);
    expect(Buffer.compare(await left(), NEW)).toBe(0);
    await one(stage().other.delete('a'));
    expect(Buffer.compare(await one((await overtaken()).getAndRemove('a')), OTHER)).toBe(0);
    await expect(left()).rejects.toMatchObject({ code: 'ALIAS_NOT_FOUND' });
  });

  it('takes an entry that was made again for another one: compareAndSwap and removeIf leave it', async () => {
    expect(await one((await overtaken()).compareAndSwap('a', OLD, NEW))).toMatchObject({ swapped: false });
    expect(Buffer.compare(await left(), OTHER)).toBe(0);
    await one(stage().other.delete('a'));
    expect(await one((await overtaken()).removeIf('a', OLD))).toMatchObject({ swapped: false });
    expect(Buffer.compare(await left(), OTHER)).toBe(0);
  });

  it('takes an entry that was made again for another one: modify changes its value', async () => {
    const more = (value?: Uint8Array) => Buffer.concat([value ?? OLD, NEW]);
    const { value } = await one((await overtaken()).modify('a', more));
    expect(String(value)).toBe('anothernew');
    expect(String(await left())).toBe('anothernew');
  });

  it('takes an entry that was made again for another one: expire leaves its content', async () => {
    await one((await overtaken()).expire('a', 60_000));
    expect(Buffer.compare(await left(), OTHER)).toBe(0);
  });
}
