import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom } from 'rxjs';
import type { CellStep, WatchedCell } from '../../lib/core/contract.js';
import { retryIf } from '../../lib/operators/retryIf.js';
import type { Abilities, CellClient, CellStore, Offer } from '../helpers/cellStores.js';
import { waitFor } from '../helpers/waitFor.js';

const ABILITIES = ['transact', 'watch', 'watchPrefix', 'poll', 'announce'] as const;
const data = (text: string) => Buffer.from(text);
const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);
const refused = (reply$: Observable<unknown>) => expect(one(reply$)).rejects;
const text = (value: Uint8Array | undefined) => value && Buffer.from(value).toString();

/**
 * The laws of the contract of cells, for one store.
 *
 * @param offered the abilities that it must have, and no other
 */
export function cellLaws<V>(
  name: string,
  offered: readonly (keyof Abilities<V>)[],
  start: () => Promise<CellStore<V>>
): void {
  const lawOf = (ability: keyof Abilities<V>, words: string, law: () => Promise<void>) => {
    if (offered.includes(ability)) it(words, law);
  };
  describe(`cells in ${name}`, () => {
    let ground: CellStore<V>;
    let clients: CellClient<V>[];
    let mine: Offer<V>;
    let other: Offer<V>;
    let place = 0;
    beforeAll(async () => void (ground = await start()));
    afterAll(() => ground?.stop());
    beforeEach(async () => {
      const at = `laws${place++}`;
      clients = [await ground.client(), await ground.client()];
      [mine, other] = clients.map((client) => client.cells(at)) as [Offer<V>, Offer<V>];
    });
    afterEach(() => Promise.all(clients.map((each) => each.close())));
    const valueOf = async (key: string, cells = mine) => {
      const cell = await one(cells.get(key, { latest: true }));
      return text(cell.value) ?? cell.kind;
    };

    it('have the abilities that they are said to have, and no others', () => {
      expect(ABILITIES.filter((ability) => mine[ability] !== undefined)).toEqual(offered);
    });

    it('hold what was written, for every client that reads the latest, whatever the bytes are', async () => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
      const version = await one(mine.create('k', bytes));
      const cell = await one(other.get('k', { latest: true }));
      expect(cell).toMatchObject({ kind: 'present', version });
      expect(Buffer.compare(cell.value!, bytes)).toBe(0);
      await one(mine.set('k', Buffer.alloc(0)));
      expect((await one(other.get('k', { latest: true }))).value).toHaveLength(0);
    });

    it.each([3, 900_000])('keep what was written, and not the array of it, of %d bytes', async (size) => {
      const value = Buffer.alloc(size, 1);
      const isOnly = async (key: string, byte: number) => {
        const cell = await one(other.get(key, { latest: true }));
        return cell.kind === 'absent' ? 'absent' : cell.value?.every((each) => each === byte);
      };
      await one(mine.create('created', value));
      value.fill(2);
      await one(mine.set('set', value));
      value.fill(3);
      const leaving = mine.set('left', value).subscribe();
      await new Promise((done) => setImmediate(done));
      leaving.unsubscribe(); // it may be under way
      value.fill(4);
      expect([await isOnly('created', 1), await isOnly('set', 2)]).toEqual([true, true]);
      await one(mine.set('later', data('1')));
      expect(await isOnly('left', 3)).not.toBe(false);
    });

    it('show as absent what is not there', async () => {
      expect(await one(mine.get('none'))).toEqual({ kind: 'absent' });
      expect(await one(mine.list(''))).toEqual([]);
    });

    it('are created once: a second create is refused, and changes nothing', async () => {
      await one(mine.create('k', data('1')));
      await refused(other.create('k', data('2'))).toMatchObject({ code: 'EXISTS', effect: 'none', path: 'k' });
      expect(await valueOf('k')).toBe('1');
    });

    it('are written without a condition, whether they are there or not', async () => {
      await one(mine.set('k', data('1')));
      await one(other.set('k', data('2')));
      expect(await valueOf('k')).toBe('2');
    });

    it('are written with their version, and no other: a stale one is refused, and changes nothing', async () => {
      const first = await one(mine.create('k', data('1')));
      const second = await one(mine.set('k', data('2'), { version: first }));
      expect(second).not.toEqual(first);
      await refused(other.set('k', data('3'), { version: first })).toMatchObject({ code: 'CONFLICT', effect: 'none' });
      await refused(other.delete('k', { version: first })).toMatchObject({ code: 'CONFLICT', effect: 'none' });
      expect(await valueOf('k')).toBe('2');
      await one(other.delete('k', { version: second }));
      await refused(mine.set('k', data('4'), { version: second })).toMatchObject({ code: 'CONFLICT' });
      expect(await valueOf('k')).toBe('absent');
    });

    it('are changed only where they are, on demand', async () => {
      await refused(mine.set('k', data('1'), { version: 'any' })).toMatchObject({ code: 'ABSENT', effect: 'none' });
      await refused(mine.delete('k')).toMatchObject({ code: 'ABSENT', effect: 'none' });
      await one(mine.create('k', data('1')));
      await one(mine.set('k', data('2'), { version: 'any' }));
      await one(mine.delete('k'));
      expect(await valueOf('k')).toBe('absent');
    });

    it('are deleted once, however many clients delete them', async () => {
      for (let round = 0; round < 5; round++) {
        const version = await one(mine.create('k', data('1')));
        const deletes = [mine, other, mine, other].map((cells, i) =>
          one(cells.delete('k', i < 2 ? { version } : undefined)).then(
            () => 'deleted',
            ({ code, effect }: { code: string; effect: string }) => `${code} ${effect}`
          )
        );
        const refusals = (await Promise.all(deletes)).filter((outcome) => outcome !== 'deleted');
        expect(refusals.map((refusal) => /^(ABSENT|CONFLICT) none$/.test(refusal))).toEqual([true, true, true]);
        expect(await one(mine.list('', { latest: true }))).toEqual([]);
      }
    });

    it('say whether a version can come again when a cell is deleted and created', async () => {
      const first = await one(mine.create('k', data('1')));
      await one(mine.delete('k'));
      const second = await one(mine.create('k', data('2')));
      expect(second !== first).toBe(mine.uniqueVersions);
    });

    it('let one of many writers win each version, so that no change is lost', async () => {
      await one(mine.create('sum', data('0')));
      const add = async (cells: Offer<V>): Promise<void> => {
        const cell = await one(cells.get('sum', { latest: true }));
        if (cell.kind !== 'present') throw new Error(cell.kind);
        const next = data(String(Number(text(cell.value)) + 1));
        try {
          await one(cells.set('sum', next, { version: cell.version }));
        } catch (error) {
          if ((error as { code: string }).code !== 'CONFLICT') throw error;
          return add(cells);
        }
      };
      await Promise.all(Array.from({ length: 12 }, (_, i) => add(i % 2 === 0 ? mine : other)));
      expect(await valueOf('sum')).toBe('12');
    });

    it('are listed by prefix, in the order of their bytes, whatever their keys are', async () => {
      const keys = ['a', 'a/b', 'a/', '.', '..', 'zookeeper', '%2E', 'é', '\u{1F600}', '\uFFFD', 'a b', '\u0001', 'A'];
      for (const key of keys) await one(mine.create(key, data(key)));
      const sorted = (all: string[]) => all.sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
      expect(await one(other.list('', { latest: true }))).toEqual(sorted([...keys]));
      expect(await one(other.list('a', { latest: true }))).toEqual(['a', 'a b', 'a/', 'a/b']);
      for (const key of keys) expect(await valueOf(key, other)).toBe(key);
      await one(mine.delete('a'));
      expect(await one(mine.list('a'))).toEqual(['a b', 'a/', 'a/b']);
    });

    it('take keys and values up to what they say, and refuse others before anything is sent', async () => {
      const { maxKeyBytes, maxValueBytes } = mine;
      const key = 'é'.repeat(maxKeyBytes / 2);
      await one(mine.create(key, Buffer.alloc(maxValueBytes, 1)));
      expect((await one(mine.get(key))).value).toHaveLength(maxValueBytes);
      const usage = (argument: string, code = 'USAGE') => ({ layer: 'usage', argument, code, effect: 'none' });
      await refused(mine.set('k', Buffer.alloc(maxValueBytes + 1))).toMatchObject(usage('value', 'TOO_LARGE'));
      for (const wrong of [`${key}x`, '', '\ud800', 7 as never])
        await refused(mine.set(wrong, data('1'))).toMatchObject(usage('key'));
      await refused(mine.set('k', 'text' as never)).toMatchObject(usage('value'));
      await refused(mine.set('k', data('1'), { version: {} as V })).toMatchObject(usage('condition.version'));
      await refused(mine.get('k', { lastest: true } as never)).toMatchObject(usage('options.lastest'));
    });

    lawOf('transact', 'change together in a transaction', async () => {
      const versions = await one(
        mine.transact!([
          { kind: 'create', key: 'x', value: data('1') },
          { kind: 'create', key: 'y', value: data('1') },
        ])
      );
      await one(mine.create('z', data('1')));
      const [, , none] = await one(
        other.transact!([
          { kind: 'check', key: 'x', version: versions[0]! },
          { kind: 'set', key: 'y', value: data('2'), version: versions[1]! },
          { kind: 'delete', key: 'z', version: 'any' },
        ])
      );
      expect([none, await valueOf('x'), await valueOf('y'), await valueOf('z')]).toEqual([
        undefined,
        '1',
        '2',
        'absent',
      ]);
      const cell = await one(mine.get('y', { latest: true }));
      await one(mine.set('y', data('3'), { version: cell.version! }));
    });

    lawOf(
      'transact',
      'change not at all when one step of a transaction is refused, which the error names',
      async () => {
        const transact = mine.transact!;
        const stale = await one(mine.create('x', data('1')));
        await one(mine.set('x', data('2')));
        const write: CellStep<V> = { kind: 'create', key: 'new', value: data('1') };
        const failing: readonly [CellStep<V>, string][] = [
          [{ kind: 'check', key: 'x', version: stale }, 'CONFLICT'],
          [{ kind: 'set', key: 'x', value: data('3'), version: stale }, 'CONFLICT'],
          [{ kind: 'delete', key: 'x', version: stale }, 'CONFLICT'],
          [{ kind: 'create', key: 'x', value: data('3') }, 'EXISTS'],
          [{ kind: 'check', key: 'none', version: 'any' }, 'ABSENT'],
          [{ kind: 'set', key: 'none', value: data('3'), version: 'any' }, 'ABSENT'],
          [{ kind: 'delete', key: 'none', version: 'any' }, 'ABSENT'],
        ];
        for (const [step, code] of failing)
          await refused(transact([write, step])).toMatchObject({ code, index: 1, path: step.key, effect: 'none' });
        expect([await valueOf('x'), await valueOf('new')]).toEqual(['2', 'absent']);
        for (const wrong of [undefined, [{ kind: 'put' }], [{ ...write, version: stale }]])
          await refused(transact(wrong as never)).toMatchObject({ code: 'USAGE', effect: 'none' });
        await refused(transact([write, write])).toMatchObject({ code: 'USAGE', argument: 'steps[1].key' });
      }
    );

    it('are followed: no older value after a newer one, and the truth at the end, over lost links too', async () => {
      const follow = (key: string): Observable<WatchedCell<V>> => other.watch?.(key) ?? other.poll!(key, { every: 20 });
      const seen: WatchedCell<V>[] = [];
      const subscription = follow('k').subscribe((cell) => seen.push(cell));
      await waitFor(() => seen.length > 0);
      for (let i = 1; i <= 30; i++) {
        await one(mine.set('k', data(String(i))).pipe(retryIf({ idempotent: true })));
        if (i === 15) ground.disturb?.();
        if (i === 20) await waitFor(() => seen.some(({ value }) => Number(text(value)) >= 15));
      }
      await waitFor(() => text(seen.at(-1)?.value) === '30' && !seen.at(-1)!.stale);
      await one(mine.delete('k'));
      await waitFor(() => seen.at(-1)!.kind === 'absent' && !seen.at(-1)!.stale);
      subscription.unsubscribe();
      const numbers = seen.filter(({ kind }) => kind === 'present').map(({ value }) => Number(text(value)));
      expect(numbers).toEqual([...numbers].sort((x, y) => x - y));
      expect(seen[0]!.kind).toBe('absent');
      expect(seen.every(({ stale, cause }) => stale === (cause !== undefined))).toBe(true);
    });

    lawOf('watchPrefix', 'are followed by prefix', async () => {
      for (const key of ['p/1', 'p/2', 'q']) await one(mine.create(key, data(key)));
      let last: readonly string[] = [];
      const subscription = other.watchPrefix!('p/').subscribe(({ cells, stale }) => {
        last = [...[...cells].map(([key, { value }]) => `${key}=${text(value)}`).sort(), ...(stale ? ['stale'] : [])];
      });
      await waitFor(() => last.join() === 'p/1=p/1,p/2=p/2');
      await one(mine.set('p/1', data('x')));
      await one(mine.delete('p/2'));
      await one(mine.create('p/3', data('y')));
      await one(mine.create('r', data('z')));
      await waitFor(() => last.join() === 'p/1=x,p/3=y');
      subscription.unsubscribe();
    });

    lawOf('announce', 'go with their client when it announced them', async () => {
      const third = await ground.client();
      await new Promise<void>((here, fail) => {
        third.cells(`laws${place - 1}`).announce!('me', data('here')).subscribe({ next: here, error: fail });
      });
      expect(await valueOf('me')).toBe('here');
      await third.close();
      expect(await valueOf('me')).toBe('absent');
      const subscription = mine.announce!('me', data('again')).subscribe();
      await waitFor(async () => (await valueOf('me', other)) === 'again');
      subscription.unsubscribe();
      await waitFor(async () => (await valueOf('me', other)) === 'absent');
    });
  });
}
