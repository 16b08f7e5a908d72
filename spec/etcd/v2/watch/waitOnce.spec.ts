import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Observable, type Subscription } from 'rxjs';
import type { EtcdV2 } from '../../../../lib/etcd/v2/client/etcdV2.js';
import { connectV2 } from '../../../../lib/etcd/v2/connectV2.js';
import { ProtocolError } from '../../../../lib/core/errors.js';
import { ScriptedHttp1, type ScriptedRequest } from '../../../helpers/scriptedHttp1.js';
import { VirtualTime } from '../../../helpers/virtualTime.js';
import { waitForValue } from '../../../helpers/waitFor.js';

let time: VirtualTime;
let http: ScriptedHttp1;
let etcd: EtcdV2;
let life: Subscription;

/** The store of the script: one key, its value and the index. */
let index: number;
let value: string;
const node = () => ({ key: '/k', value, modifiedIndex: index, createdIndex: 1 });
const heads = (cluster = 'c1') => ({ 'x-etcd-index': `${index}`, 'x-etcd-cluster-id': cluster });
const isWait = ({ path }: ScriptedRequest) => path.includes('wait=true');
const waits = () => http.asked.filter(isWait);
const lastWait = () => waits().at(-1)!;
/** The index of each wait, and `read`. */
const asked = () => http.asked.map((it) => (isWait(it) ? it.path.split('waitIndex=')[1] : 'read'));
/** No change since the beginning. */
const readOld = (it: ScriptedRequest) =>
  it.reply(200, { action: 'get', node: { ...node(), modifiedIndex: 10 } }, heads());
const read = (it: ScriptedRequest) => it.reply(200, { action: 'get', node: node() }, heads());

beforeEach(() => {
  time = new VirtualTime();
  http = new ScriptedHttp1();
  [index, value] = [10, 'one'];
  http.answer = (it) => (isWait(it) ? it.head(200, heads()) : read(it));
  life = connectV2('a:1,b:2', {
    ...{ transport: http.transport, scheduler: time, random: () => 0.99, backoff: { min: 100, max: 100 } },
  }).subscribe((it) => (etcd = it));
});
afterEach(() => life.unsubscribe());

function seen<T>(value$: Observable<T>): T[] {
  const all: T[] = [];
  life.add(value$.subscribe((it) => all.push(it)));
  return all;
}
const shown = () => seen(etcd.watch('k'));
const change = (next: string) => {
  index++;
  value = next;
};
const event = () => ({ action: 'set', node: node() });

describe('a wait', () => {
  it('is begun again, behind the event, at once', () => {
    const all = shown();
    expect(lastWait().path).toBe('/v2/keys/k?wait=true&waitIndex=11');
    change('two');
    lastWait().end(event());
    expect(lastWait().path).toBe('/v2/keys/k?wait=true&waitIndex=12');
    expect(all.map((it) => it.value)).toEqual(['one', 'two']);
    expect(waits().map(({ at }) => at)).toEqual(['a:1', 'a:1']);
  });

  it('that is silent for long begins again, and goes on when a read shows that nothing has changed', () => {
    const all = shown();
    index = 200; // of other keys
    http.answer = (it) => (isWait(it) ? it.head(200, heads()) : readOld(it));
    time.advance(30_000);
    index = 250;
    time.advance(30_000);
    time.advance(30_000);
    expect(asked()).toEqual(['read', '11', '11', '11', 'read', '251']);
    expect(waits().filter(({ cancelled }) => cancelled)).toHaveLength(3);
    expect(all).toHaveLength(1);
  });

  it('that is silent again and again does not go past an event that two dead lines have lost', () => {
    const events = seen(etcd.events('k'));
    const all = shown();
    index = 150;
    change('two');
    const lost = index;
    index = 200;
    http.answer = (it) =>
      isWait(it)
        ? it.head(200, heads())
        : it.reply(200, { action: 'get', node: { ...node(), modifiedIndex: lost } }, heads());
    time.advance(30_000);
    time.advance(30_000);
    time.advance(30_000);
    expect(lastWait().path).toMatch(/waitIndex=11$/);
    for (const it of waits().slice(-2)) it.end({ action: 'set', node: { ...node(), modifiedIndex: lost } });
    expect(all.at(-1)).toMatchObject({ value: 'two', stale: false });
    expect(events).toMatchObject([{ action: 'set', resync: false, node: { value: 'two' } }]);
    expect(lastWait().path).toMatch(/waitIndex=152$/);
  });

  it('for one event notices that the key was deleted meanwhile, if a read has shown the key', () => {
    const all = seen(etcd.wait('k', { waitIndex: 11 }));
    http.answer = (it) => (isWait(it) ? it.head(200, heads()) : readOld(it));
    index = 200;
    time.advance(120_000);
    expect(asked()).toEqual(['11', '11', '11', 'read', '201', '201']);
    index = 201; // the key is deleted
    http.answer = (it) =>
      isWait(it) ? it.head(200, heads()) : it.reply(404, { errorCode: 100, message: 'Key not found' }, heads());
    time.advance(90_000);
    expect(asked().slice(6)).toEqual(['201', 'read', '201', '201']);
    lastWait().end({ action: 'delete', node: { key: '/k', modifiedIndex: 201, createdIndex: 1 } });
    expect(all).toMatchObject([{ action: 'delete' }]);
  });

  it('believes the silence where the key is too large to be read', () => {
    http.answer = (it) => {
      if (isWait(it)) it.head(200, heads());
      else it.fail(new ProtocolError('too large', { code: 'REPLY_TOO_LARGE' }));
    };
    const errors: unknown[] = [];
    life.add(etcd.wait('k', { waitIndex: 11 }).subscribe({ error: (it: unknown) => errors.push(it) }));
    index = 700;
    time.advance(60_000);
    expect([errors, asked()]).toEqual([[], ['11', '11', 'read', '701']]);
  });

  it('for one event asks for it again when two dead lines have lost it', () => {
    const all = seen(etcd.wait('k', { waitIndex: 11 }));
    index = 150;
    change('two');
    time.advance(30_000);
    time.advance(30_000);
    time.advance(30_000);
    expect(asked()).toEqual(['11', '11', '11', 'read', '11']);
    lastWait().end(event());
    expect(all).toMatchObject([{ node: { value: 'two' } }]);
  });

  it('is not taken for a silent one where the process stood still, and the event is not read yet', async () => {
    life.unsubscribe();
    http.answer = (it) => {
      if (!isWait(it)) return read(it);
      if (waits().length === 1) change('two'); // the first answer is lost on its way
      if (waits().length !== 2) return it.head(200, heads());
      setImmediate(() => {
        it.head(200, heads());
        const end = performance.now() + 100;
        while (performance.now() < end);
        setImmediate(() => it.end(event()));
      });
    };
    life = connectV2('a:1', { transport: http.transport, waitTimeout: 60 }).subscribe((it) => (etcd = it));
    await waitForValue(etcd.watch('k'), (it) => it.value === 'two');
    expect(lastWait().path).toContain('waitIndex=11');
  });

  it('that the member ends in full goes on at once', () => {
    shown();
    time.advance(1000);
    index = 500;
    lastWait().end('');
    lastWait().end('');
    time.advance(100); // not at once: it had just begun
    expect(waits().map(({ path }) => path.split('waitIndex=')[1])).toEqual(['11', '11', '501']);
  });

  it('goes to another member when the connection breaks, and the value is stale until that one waits', () => {
    const all = shown();
    time.advance(1000);
    lastWait().cut();
    expect(lastWait().at).toBe('b:2');
    expect(all.at(-1)).toMatchObject({ stale: true, value: 'one', cause: { code: 'CONNECTION_LOST' } });
    time.advance(49);
    expect(all).toHaveLength(2);
    time.advance(1);
    expect(all.at(-1)).toMatchObject({ stale: false, value: 'one' });
  });

  it('goes to another member when its own is not healthy', () => {
    shown();
    http.healthy = (at) => at !== 'a:1';
    time.advance(10_000);
    time.advance(100);
    expect(lastWait().at).toBe('b:2');
    expect(waits()[0]!.cancelled).toBe(true);
  });

  it('that a member does not begin goes to another one', () => {
    http.answer = (it) => (isWait(it) ? it.at === 'b:2' && it.head(200, heads()) : read(it));
    const all = shown();
    time.advance(5000);
    expect(all.at(-1)).toMatchObject({ stale: true, cause: { code: 'TIMEOUT' } });
    time.advance(150);
    expect(lastWait().at).toBe('b:2');
    expect(all.at(-1)).toMatchObject({ stale: false });
  });

  it.each([
    ['breaks behind the head', (it: ScriptedRequest) => (it.head(200, heads()), it.cut())],
    ['ends behind the head', (it: ScriptedRequest) => it.reply(200, '', heads())],
    ['is no JSON', (it: ScriptedRequest) => it.reply(200, 'oops', heads())],
    ['is a refusal', (it: ScriptedRequest) => it.reply(500, { errorCode: 300, message: 'no', index: 0 })],
    ['is refused', (it: ScriptedRequest) => it.refuse()],
  ])('does not run in circles when every answer %s', (_, answer) => {
    http.answer = (it) => (isWait(it) ? void answer(it) : read(it));
    shown();
    time.advance(10_000);
    expect(waits().length).toBeGreaterThan(20);
    expect(waits().length).toBeLessThan(120);
  });

  it('is left when a watcher leaves', () => {
    const subscription = etcd.watch('k').subscribe();
    subscription.unsubscribe();
    expect(lastWait().cancelled).toBe(true);
  });

  it('ends with a refusal that does not pass', () => {
    http.answer = (it) => (isWait(it) ? it.reply(400, { errorCode: 203, message: 'no', index: 0 }) : read(it));
    let error: unknown;
    life.add(etcd.watch('k').subscribe({ error: (it: unknown) => (error = it) }));
    expect(error).toMatchObject({ code: 'INDEX_NAN', operation: 'watch', path: '/k' });
  });
});

describe('a watcher reads again', () => {
  const forgotten = (it: ScriptedRequest) =>
    it.reply(400, { errorCode: 401, message: 'cleared', cause: '', index: index }, heads());

  it('where etcd has forgotten, and shows nothing where nothing has changed', () => {
    const all = shown();
    index = 5000;
    http.answer = (it) => {
      if (!isWait(it)) it.reply(200, { action: 'get', node: { ...node(), modifiedIndex: 10 } }, heads());
      else if (it.path.endsWith('=11')) forgotten(it);
      else it.head(200, heads());
    };
    time.advance(1000);
    lastWait().cut();
    time.advance(100);
    expect(lastWait().path).toMatch(/waitIndex=5001$/);
    expect(all.map((it) => [it.value, it.stale])).toEqual([
      ['one', false],
      ['one', true],
      ['one', false],
    ]);
  });

  it('in another cluster, whose indexes begin again', () => {
    const events = seen(etcd.events('k'));
    const all = shown();
    time.advance(1000);
    [index, value] = [3, 'other'];
    http.answer = (it) =>
      isWait(it) ? it.head(200, heads('c2')) : it.reply(200, { action: 'get', node: node() }, heads('c2'));
    for (const it of waits()) it.cut();
    time.advance(100);
    expect(lastWait().path).toMatch(/waitIndex=4$/);
    expect(all.at(-1)).toMatchObject({ value: 'other', stale: false });
    expect(events).toMatchObject([
      { action: 'set', resync: true, node: { value: 'other' }, prevNode: { value: 'one' } },
    ]);
  });

  it('in a store that is younger than what is known of it', () => {
    const all = shown();
    [index, value] = [3, 'restored'];
    lastWait().cut();
    time.advance(100);
    time.advance(30_000);
    expect(lastWait().path).toMatch(/waitIndex=4$/);
    expect(all.at(-1)).toMatchObject({ value: 'restored', stale: false });
  });
});
