import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Observable, type Subscription, concatMap, firstValueFrom, of } from 'rxjs';
import type { WatchedCells } from '../../../lib/core/contract.js';
import { type EtcdV2Cells, cells } from '../../../lib/etcd/v2/cells.js';
import type { EtcdV2 } from '../../../lib/etcd/v2/client/etcdV2.js';
import { connectV2 } from '../../../lib/etcd/v2/connectV2.js';
import type { ConnectV2Options } from '../../../lib/etcd/v2/options.js';
import { type EmbeddedEtcd, type EtcdFault, etcdInMemory } from '../../../lib/testing/index.js';
import { waitFor } from '../../helpers/waitFor.js';

const data = (text: string) => Buffer.from(text);
const one = <T>(reply$: Observable<T>): Promise<T> => firstValueFrom(reply$);
const refused = (reply$: Observable<unknown>) => expect(one(reply$)).rejects;

let server: EmbeddedEtcd;
let asked: string[];
let fault: (operation: string, key: string) => EtcdFault | undefined;
let lives: Subscription[];
let etcd: EtcdV2;
let mine: EtcdV2Cells;

function client(options: ConnectV2Options = {}): EtcdV2 {
  let made: EtcdV2 | undefined;
  const backoff = { min: 1, max: 1 };
  const all = { transport: server.transportV2(), backoff, ...options };
  lives.push(connectV2(server.endpoints, all).subscribe((it) => (made = it)));
  return made!;
}

beforeEach(() => {
  asked = [];
  lives = [];
  fault = () => undefined;
  server = etcdInMemory({
    version: '3.5.9',
    faults: ({ operation, key = '' }) => {
      if (key !== '') asked.push(`${operation.split(' ')[0]} ${key}`);
      return fault(operation, key);
    },
  });
  etcd = client();
  mine = cells(etcd, '/place/');
});
afterEach(async () => {
  for (const life of lives) life.unsubscribe();
  await server.stop();
});

describe('cells in version 2 of etcd', () => {
  it('are directories with a value in base64, whose names need no second encoding', async () => {
    await one(mine.create('_a/é~', Buffer.from([0xff])));
    expect((await one(etcd.get('/place/~5Fa~2F~C3~A9~7E/v')))?.value).toBe('/w==');
    await one(cells(etcd, '/').create('b', data('')));
    expect((await one(etcd.get('/b/v')))?.value).toBe('');
  });

  it('are listed without their values', async () => {
    for (let i = 0; i < 30; i++) await one(mine.create(`${i}`, Buffer.alloc(5000)));
    asked = [];
    expect(await one(mine.list('2'))).toHaveLength(11);
    expect(asked).toEqual(['GET /place']);
    expect(JSON.stringify(await one(etcd.get('/place'))).length).toBeLessThan(5000);
  });

  it('are read and written with one request each, and deleted with two', async () => {
    await one(mine.create('k', data('1')));
    await one(mine.get('k'));
    await one(mine.set('k', data('2')));
    await one(mine.delete('k'));
    expect(asked).toEqual([
      ...['PUT /place/k/v', 'GET /place/k/v', 'PUT /place/k/v', 'DELETE /place/k/v', 'DELETE /place/k'],
    ]);
  });

  it('stay listed if their client dies while it deletes them, until one reads or deletes them', async () => {
    const isListed = async () => (await one(mine.list(''))).length > 0;
    const looks = [
      async () => expect(await one(mine.get('k'))).toEqual({ kind: 'absent' }),
      () => refused(mine.delete('k')).toMatchObject({ code: 'ABSENT' }),
      () => refused(mine.delete('k', { version: 1 })).toMatchObject({ code: 'CONFLICT' }),
    ];
    for (const look of looks) {
      await one(mine.create('k', data('1')));
      await one(etcd.delete('/place/k/v')); // the first half
      expect(await isListed()).toBe(true);
      await look();
      expect(await isListed()).toBe(false);
    }
  });

  it('are made again in what a dead client has left', async () => {
    await one(mine.create('k', data('1')));
    await one(etcd.delete('/place/k/v'));
    await one(mine.create('k', data('2')));
    expect(await one(mine.get('k'))).toMatchObject({ kind: 'present', value: data('2') });
  });

  it('live if another client makes them while one still deletes them', async () => {
    const again = mine.create('k', data('2'));
    let isAgain = false;
    const slow: Pick<EtcdV2, 'with'> = {
      with: (options) => {
        const view = etcd.with(options);
        return { ...view, rmdir: (key) => (isAgain ? again : of(0)).pipe(concatMap(() => view.rmdir(key))) };
      },
    };
    await one(mine.create('k', data('1')));
    isAgain = true;
    await one(cells(slow, '/place').delete('k'));
    expect(await one(mine.get('k'))).toMatchObject({ kind: 'present', value: data('2') });
  });

  it.each([1, 5])('are deleted, whether or not the directory can be removed (%i lost answers)', async (times) => {
    await one(mine.create('k', data('1')));
    let left = times;
    fault = (operation, key) =>
      operation === 'DELETE /v2/keys' && key === '/place/k' && left-- > 0 ? 'cut' : undefined;
    await one(mine.delete('k'));
    fault = () => undefined;
    expect(await one(mine.list(''))).toEqual(times === 1 ? [] : ['k']);
    expect(await one(mine.get('k'))).toEqual({ kind: 'absent' });
  });

  it('are not written twice: a write whose answer is lost says that its effect is unknown', async () => {
    const lost = { layer: 'transport', effect: 'unknown' };
    const writes = [mine.create('new', data('1')), mine.set('k', data('2')), mine.delete('other')];
    for (const key of ['k', 'other']) await one(mine.create(key, data('1')));
    fault = () => 'cutAfter';
    for (const write$ of writes) {
      asked = [];
      await refused(write$).toMatchObject(lost);
      expect(asked).toHaveLength(1);
    }
    fault = () => undefined;
    const { version } = await one(mine.get('k'));
    let once = true;
    fault = () => (once ? ((once = false), 'cutAfter') : undefined);
    // sent again, it finds that its version is gone: perhaps because the first one was done
    await refused(mine.set('k', data('3'), { version })).toMatchObject(lost);
    expect(await one(mine.get('k'))).toMatchObject({ value: data('3') });
  });

  it('are not what else is there', async () => {
    await one(etcd.set('/place/file', 'text'));
    await one(etcd.set('/place/odd name/v', ''));
    await one(etcd.set('/place/empty/other', ''));
    await one(etcd.set('/place/text/v', 'no base64'));
    await one(etcd.set('/place/deep/v/more', ''));
    await one(mine.create('k', data('1')));
    expect(await one(mine.list(''))).toEqual(['deep', 'empty', 'k', 'text']);
    expect(await one(mine.get('file'))).toEqual({ kind: 'absent' });
    expect(await one(mine.get('empty'))).toEqual({ kind: 'absent' });
    const text = { kind: 'unreadable', error: expect.objectContaining({ code: 'BAD_VALUE' }) };
    const deep = { kind: 'unreadable', error: expect.objectContaining({ code: 'NOT_FILE' }) };
    expect(await one(mine.get('text'))).toEqual(text);
    expect(await one(mine.get('deep'))).toEqual(deep);
    expect(await one(mine.watch('text'))).toEqual({ ...text, stale: false });
    expect(await one(mine.watch('deep'))).toEqual({ ...deep, stale: false });
    const { cells: seen } = await one(mine.watchPrefix(''));
    expect([...seen].map(([key, { kind }]) => `${key} ${kind}`)).toEqual([
      ...['deep unreadable', 'k present', 'text unreadable'],
    ]);
    await refused(mine.set('file', data('1'))).toMatchObject({ code: 'NOT_DIR' });
    await refused(mine.set('deep', data('1'))).toMatchObject({ code: 'NOT_FILE' });
  });

  it('are watched by prefix, which is silent about others', async () => {
    const seen: WatchedCells<number>[] = [];
    const watching = mine.watchPrefix('a/').subscribe((it) => seen.push(it));
    await waitFor(() => seen.length === 1);
    for (const key of ['b/1', 'b/2', 'a/1']) await one(mine.create(key, data(key)));
    await waitFor(() => seen.length === 2);
    watching.unsubscribe();
    expect(seen.map(({ cells }) => [...cells.keys()])).toEqual([[], ['a/1']]);
  });

  it('are denied to a user without the right', async () => {
    fault = () => ({ error: 110 });
    expect(await one(mine.get('k'))).toEqual({ kind: 'denied' });
    expect(await one(mine.watch('k'))).toEqual({ kind: 'denied', stale: false });
    expect(await one(mine.watchPrefix(''))).toEqual({ cells: new Map(), stale: false });
    await refused(mine.list('')).toMatchObject({ code: 'UNAUTHORIZED' });
    await refused(mine.set('k', data('1'))).toMatchObject({ code: 'UNAUTHORIZED', effect: 'none' });
  });

  it.each([
    ['/a/../b', /component/],
    [`/${'é'.repeat(200)}`, /at most 800 bytes in a URL, not 1201/],
    [7 as never, /string/],
  ])('are refused the directory %j', (directory, words) => {
    const usage = expect.objectContaining({ argument: 'directory', message: expect.stringMatching(words) });
    expect(() => cells(etcd, directory)).toThrow(usage);
  });
});
