import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NEVER, Observable, concat, of } from 'rxjs';
import { utf8 } from '../../../lib/core/codecs.js';
import type { Arakoon } from '../../../lib/arakoon/client/arakoon.js';
import type { Cluster } from '../../../lib/arakoon/cluster.js';
import type { Routing } from '../../../lib/arakoon/protocol/routing.js';
import { holdings } from '../../../lib/arakoon/recipes/nursery/holdings.js';
import { type NurseryOptions, nursery } from '../../../lib/arakoon/recipes/nursery/nursery.js';
import type { NurseryClient } from '../../../lib/arakoon/recipes/nursery/nurseryClient.js';
import { FakeArakoon } from '../../helpers/fakeArakoon.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

let time: VirtualTime;
let clusters: Record<'left' | 'middle' | 'right', FakeArakoon>;
let open: string[];
let log: string[];

const bytes = (text: string | null) => (text === null ? null : Buffer.from(text));
/** Left of k and left of t, as the keeper, `left`, says it. */
const ROUTING: Routing = {
  separator: bytes('k')!,
  left: { cluster: 'left' },
  right: { separator: bytes('t')!, left: { cluster: 'middle' }, right: { cluster: 'right' } },
};
const say = (routing: Routing, port = 4000) =>
  (clusters.left.config = {
    routing,
    clusters: Object.fromEntries(
      Object.keys(clusters).map((name, i) => [name, { [`${name}_0`]: { hosts: [`10.0.0.${i}`, '::1'], port } }])
    ),
  });
const give = (name: keyof typeof clusters, begin: string | null, end: string | null) =>
  (clusters[name].interval = { begin: bytes(begin), end: bytes(end) });

beforeEach(() => {
  time = new VirtualTime();
  clusters = { left: new FakeArakoon(time), middle: new FakeArakoon(time), right: new FakeArakoon(time) };
  [open, log] = [[], []];
  say(ROUTING);
  give('left', null, 'k');
  give('middle', 'k', 't');
  give('right', 't', null);
  for (const key of 'abj') clusters.left.data.set(key, key.toUpperCase());
  for (const key of 'kms') clusters.middle.data.set(key, key.toUpperCase());
  for (const key of 'tz') clusters.right.data.set(key, key.toUpperCase());
});

const connect = ({ id, nodes }: Cluster): Observable<Arakoon> =>
  new Observable((subscriber) => {
    open.push(
      `+${id} ${Object.entries(nodes)
        .map(([name, addresses]) => `${name}=${addresses.join(',')}`)
        .join(' ')}`
    );
    const subscription = concat(of(clusters[id as 'left'].client), NEVER).subscribe(subscriber);
    return () => (open.push(`-${id}`), subscription.unsubscribe());
  });

function client(options?: NurseryOptions) {
  let all!: NurseryClient<string, string>;
  const subscription = nursery(clusters.left.client.with({ value: utf8 }), connect, options).subscribe({
    next: (it) => (all = it),
    error: ({ argument }: { argument: string }) => log.push(argument),
  });
  return { all, leave: () => subscription.unsubscribe() };
}

/** What becomes of a request, as soon as it is known. */
function end<T>(request: Observable<T>, ms = 1000): unknown {
  const ends: unknown[] = [];
  request.subscribe({
    next: (value) => ends.push(value),
    error: ({ code, argument }: { code: string; argument?: string }) => ends.push(`! ${argument ?? code}`),
  });
  time.advance(ms);
  return ends.length === 1 ? ends[0] : ends;
}

const asked = () =>
  Object.fromEntries(Object.entries(clusters).map(([name, { requests }]) => [name, requests.splice(0)]));

describe('a nursery', () => {
  it('sends each request to the cluster that has its key, and opens no client that is not needed', () => {
    const { all, leave } = client();
    expect([asked(), open]).toEqual([{ left: [], middle: [], right: [] }, []]);
    expect([end(all.get('a')), end(all.get('k')), end(all.get('m')), end(all.get('x'))]).toEqual([
      'A',
      'K',
      'M',
      '! NOT_FOUND',
    ]);
    expect(open).toEqual([
      '+left left_0=10.0.0.0:4000,[::1]:4000',
      '+middle middle_0=10.0.0.1:4000,[::1]:4000',
      '+right right_0=10.0.0.2:4000,[::1]:4000',
    ]);
    expect(asked()).toEqual({ left: ['getConfig', 'get a'], middle: ['get k', 'get m'], right: ['get x'] });
    expect([end(all.set('x', 'X')), clusters.right.data.get('x')]).toEqual([undefined, 'X']);
    leave();
    expect(open.slice(3)).toEqual(['-left', '-middle', '-right']);
  });

  it('asks for the configuration once, however many requests begin with it', () => {
    const { all } = client();
    expect([end(all.multiGet(['z', 'a', 'm'])), asked().left]).toEqual([
      ['Z', 'A', 'M'],
      ['getConfig', 'get a'],
    ]);
  });

  it('reads keys from all clusters, in the order in which they were asked for', () => {
    const { all } = client();
    expect([
      end(all.multiGet([])),
      end(all.multiGet(['a', 'q'])),
      end(all.multiGetOption(['s', 'q', 'a', 's'])),
    ]).toEqual([[], '! NOT_FOUND', ['S', null, 'A', 'S']]);
  });

  it('does not say that a key does not exist when it has only moved', () => {
    const { all } = client();
    expect([end(all.exists('a')), end(all.exists('c')), end(all.exists('k'))]).toEqual([true, false, true]);
    clusters.left.data.set('kk', 'moved');
    give('left', null, 'l');
    give('middle', 'l', 't');
    say({ ...ROUTING, separator: bytes('l')! });
    expect(end(all.exists('kk'))).toBe(true);
  });

  it('follows a key that has moved, by a newer configuration, with naps that grow', () => {
    const { all } = client();
    end(all.get('a'));
    asked();
    give('left', null, 'b'); // on its way: nobody has b
    const found: unknown[] = [];
    all.get('b').subscribe((value) => found.push(value));
    time.advance(900); // naps of 100, 150, 225 and 337
    expect([found, asked().left]).toEqual([
      [],
      ['get b', 'getConfig', 'get b', 'getConfig', 'get b', 'getConfig', 'get b', 'getConfig', 'get b'],
    ]);
    give('middle', 'b', 't');
    clusters.middle.data.set('b', 'B!');
    say({ ...ROUTING, separator: bytes('b')! });
    time.advance(1000);
    expect([found, end(all.get('j'))]).toEqual([['B!'], '! NOT_FOUND']);
  });

  it('reads the configuration once for all requests that meet an old one', () => {
    const { all } = client();
    end(all.get('a'));
    asked();
    give('left', null, 'a');
    give('middle', 'a', 't');
    say({ ...ROUTING, separator: bytes('a')! });
    for (const key of 'abj') clusters.middle.data.set(key, '!');
    // it comes back when the newer one is known
    clusters.left.fault = (request) => (request === 'get j' ? { delay: 500 } : undefined);
    expect([end(all.multiGet(['a', 'b', 'j'])), asked().left]).toEqual([
      ['!', '!', '!'],
      ['get a', 'get b', 'get j', 'getConfig'],
    ]);
  });

  it('waits for the keeper to learn where a cluster is, which has just begun', () => {
    const { all } = client({ patience: 8000 });
    const { routing, clusters: known } = clusters.left.config!;
    clusters.left.config = { routing, clusters: {} };
    const ends: string[] = [];
    all
      .get('a')
      .subscribe({ next: (value) => ends.push(value), error: ({ code }: { code: string }) => ends.push(code) });
    all.range().subscribe((keys) => ends.push(keys.join('')));
    time.advance(5000);
    expect(ends).toEqual([]);
    clusters.left.config = { routing, clusters: known };
    time.advance(3000);
    expect(ends).toEqual(['A', 'abjkmstz']);
    clusters.left.config = { routing, clusters: {} };
    expect(clusters.left.requests.filter((request) => request === 'getConfig').length).toBeLessThan(20);
    expect([end(client({ patience: 500 }).all.get('a'), 499), clusters.left.requests.splice(0).length]).toEqual([
      '! PROTOCOL',
      expect.any(Number),
    ]);
  });

  it('gives up when its patience is over', () => {
    const { all } = client({ patience: 3000 });
    give('left', null, 'b');
    const ends: unknown[] = [];
    all.set('b', '').subscribe({ error: ({ code }: { code: string }) => ends.push([time.now(), code]) });
    time.advance(20_000);
    expect(ends).toEqual([[expect.any(Number), 'OUTSIDE_INTERVAL']]);
    expect((ends[0] as number[])[0]).toBeLessThanOrEqual(3000);
  });

  it('asks anything of the cluster that has a key, and asks anew when it has moved', () => {
    const { all } = client();
    end(all.get('m'));
    give('middle', 's', 't');
    give('left', null, 's');
    say({ ...ROUTING, separator: bytes('s')! });
    clusters.left.data.set('m', 'M!');
    let calls = 0;
    expect([end(all.at('m', (arakoon) => (calls++, arakoon.get('m')))), calls]).toEqual(['M!', 2]);
  });

  it('opens a client anew for a cluster that has moved to other addresses', () => {
    const { all } = client();
    end(all.get('m'));
    say(ROUTING, 5000);
    give('middle', 'l', 't');
    end(all.get('k'), 200);
    expect(open).toEqual(['+middle middle_0=10.0.0.1:4000,[::1]:4000', '+middle middle_0=10.0.0.1:5000,[::1]:5000']);
  });

  it('errors where the keeper keeps nothing, or does not say where a cluster is; and asks again the next time', () => {
    const { all } = client();
    clusters.left.config = undefined;
    expect(end(all.get('a'))).toBe('! NOT_FOUND');
    say({ cluster: 'elsewhere' });
    expect(end(all.get('a'), 15_000)).toBe('! PROTOCOL');
    clusters.left.fault = () => 'lost';
    expect(end(client().all.get('a'))).toBe('! CONNECTION_LOST');
    client({ patience: -1 });
    client({ every: 1 } as never);
    expect(log).toEqual(['options.patience', 'options.every']);
  });
});

describe('a range of a nursery', () => {
  it('goes over the borders of clusters', () => {
    const { all } = client();
    const keys = (range: Parameters<typeof all.range>[0]) => (end(all.range(range)) as string[]).join('');
    expect(keys({})).toBe('abjkmstz');
    expect([
      keys({ begin: 'b', end: 'm' }),
      keys({ begin: 'b', beginInclusive: false, end: 'm', endInclusive: true }),
      keys({ begin: 'l', end: 'n' }),
    ]).toEqual(['bjk', 'jkm', 'm']);
    expect([
      keys({ end: 'k' }),
      keys({ end: 'k', endInclusive: true }),
      keys({ begin: 'k', beginInclusive: false }),
      keys({ begin: 'x', end: 'b' }),
    ]).toEqual(['abj', 'abjk', 'mstz', '']);
    expect([keys({ max: 0 }), keys({ max: 3 }), keys({ max: 4 }), keys({ begin: 'j', max: 5 })]).toEqual([
      '',
      'abj',
      'abjk',
      'jkmst',
    ]);
    expect(end(all.rangeEntries({ begin: 'j', end: 'm' }))).toEqual([
      ['j', 'J'],
      ['k', 'K'],
    ]);
    clusters.left.data.set('ja', '').set('jz', '');
    expect([end(all.prefix('j')), end(all.prefix('j', { max: 2 })), end(all.prefix(''))]).toEqual([
      ['j', 'ja', 'jz'],
      ['j', 'ja'],
      [...'abj', 'ja', 'jz', ...'kmstz'],
    ]);
  });

  it('asks no cluster that has nothing of it, and no more once there is enough', () => {
    const { all } = client();
    end(all.range({ begin: 'l', end: 'n' }));
    expect(asked()).toEqual({ left: ['getConfig'], middle: ['rangeEntries [l,n)'], right: [] });
    end(all.range({ begin: 'a', max: 2 }));
    expect(asked()).toEqual({ left: ['rangeEntries [a,) 2', 'getInterval'], middle: [], right: [] });
    end(all.range({ begin: 'j', end: 'k' }));
    expect(asked()).toEqual({ left: ['rangeEntries [j,)', 'getInterval'], middle: [], right: [] });
  });

  it('leaves out what a cluster still has of keys that it has given away', () => {
    clusters.left.data.set('k', 'old').set('m', 'old');
    expect(end(client().all.rangeEntries({ begin: 'j', end: 'n' }))).toEqual([
      ['j', 'J'],
      ['k', 'K'],
      ['m', 'M'],
    ]);
  });

  it('does not miss keys that move while it is read: it begins anew', () => {
    const { all } = client();
    end(all.get('a'));
    clusters.left.data.delete('j'); // moved to the middle
    give('left', null, 'c');
    give('middle', 'c', 't');
    clusters.middle.data.set('j', 'J!');
    const found: unknown[] = [];
    all.range({ begin: 'a', end: 'l' }).subscribe((keys) => found.push(keys));
    time.advance(50);
    say({ ...ROUTING, separator: bytes('c')! });
    time.advance(1000);
    expect(found).toEqual([['a', 'b', 'j', 'k']]);
  });

  it('is what one cluster would say that had all the keys, however they are divided', () => {
    const letter = fc.constantFrom(...'abcdefghij');
    const maybe = fc.option(letter, { nil: null });
    const range = fc.record({
      begin: maybe,
      end: maybe,
      beginInclusive: fc.boolean(),
      endInclusive: fc.boolean(),
      max: fc.option(fc.nat({ max: 6 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(
        fc.tuple(letter, letter).filter(([a, b]) => a < b),
        fc.uniqueArray(letter),
        range,
        ([k, t], keys, each) => {
          say({
            separator: bytes(k)!,
            left: { cluster: 'left' },
            right: { separator: bytes(t)!, left: { cluster: 'middle' }, right: { cluster: 'right' } },
          });
          give('left', null, k);
          give('middle', k, t);
          give('right', t, null);
          const whole = new FakeArakoon(time);
          for (const { data } of Object.values(clusters)) data.clear();
          for (const key of keys)
            [whole, key < k ? clusters.left : key < t ? clusters.middle : clusters.right].forEach(({ data }) =>
              data.set(key, key)
            );
          expect(end(client().all.range(each), 100)).toEqual(end(whole.client.range(each), 100));
        }
      ),
      { numRuns: 500 }
    );
  });
});

describe('what the clusters hold', () => {
  it('is in the order of the keys, without gaps', () => {
    const shown = holdings(ROUTING).map(
      ({ cluster, span: { begin, end } }) => `${cluster} ${String(begin)} ${String(end)}`
    );
    expect([shown, holdings({ cluster: 'only' })]).toEqual([
      ['left null k', 'middle k t', 'right t null'],
      [{ cluster: 'only', span: { begin: null, end: null } }],
    ]);
  });
});
