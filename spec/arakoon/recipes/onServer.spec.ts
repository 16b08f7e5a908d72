import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Observable, concat, forkJoin, toArray } from 'rxjs';
import { json, utf8 } from '../../../lib/core/codecs.js';
import { raw } from '../../../lib/arakoon/recipes/raw.js';
import {
  type Arakoon,
  type NurseryClient,
  connect,
  lock,
  nursery,
  poll,
  pollPrefix,
  pagedRange,
  steps,
  update,
} from '../../../lib/arakoon/index.js';
import { type ArakoonServerOptions, type EmbeddedArakoon, arakoonInMemory } from '../../../lib/testing/index.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

/** The recipes with a real client, on the embedded Arakoon: three nodes, of which one is master. */
let time: VirtualTime;
let server: EmbeddedArakoon;
let arakoon: Arakoon;
let log: string[];

const clientOf = (it: EmbeddedArakoon) =>
  connect(it.cluster, { transport: it.transport({ latency: 1 }), scheduler: time, random: () => 0.5 });
const begin = (options: ArakoonServerOptions = {}) => {
  time = new VirtualTime();
  server = arakoonInMemory({ scheduler: time, nodes: ['a', 'b', 'c'], ...options });
  clientOf(server).subscribe((it) => (arakoon = it));
  log = [];
};
beforeEach(() => begin());

const after = (ms: number) => (time.advance(ms), log.splice(0));
const watch = <T>(name: string, source$: Observable<T>, show: (value: T) => string = String) =>
  source$.subscribe({
    next: (value) => void log.push(`${name} ${show(value)}`),
    error: ({ code, effect }: { code: string; effect: string }) => void log.push(`${name} ! ${code} ${effect}`),
    complete: () => void log.push(`${name} |`),
  });
const stored = (key: string, it = server) => it.entries().get(key)?.toString();
/** Loses the reply to the first of these. */
const losing = (operation: string, times = 1) => {
  let losses = 0;
  return {
    faults: (request: { operation: string }) =>
      request.operation === operation && losses++ < times ? ('cutAfter' as const) : undefined,
  };
};

describe('a key that is polled', () => {
  it('is followed from one master to the next, stale in between', () => {
    watch(
      'k',
      poll(arakoon.with({ value: utf8 }), 'k', { every: 100 }),
      ({ kind, value, stale }) => `${value ?? kind}${stale ? '?' : ''}`
    );
    expect(after(500)).toEqual(['k absent']);
    arakoon.set('k', Buffer.from('red')).subscribe();
    expect(after(200)).toEqual(['k red']);
    server.electMaster(undefined);
    expect(after(3000)).toEqual(['k red?']);
    server.electMaster('b');
    arakoon.set('k', Buffer.from('blue')).subscribe();
    expect(after(4000).at(-1)).toBe('k blue');
    void arakoon.close();
    expect(after(200)).toEqual(['k |']);
  });

  it('can be a prefix, with its keys and values as the view has them', () => {
    const numbers = arakoon.with({ value: json<number>() });
    watch('all', pollPrefix(numbers, 'n/', { every: 100 }), ({ entries }) => JSON.stringify(entries));
    forkJoin([numbers.set('n/2', 2), numbers.set('n/1', 1), numbers.set('m', 0)]).subscribe();
    expect(after(500).at(-1)).toBe('all [["n/1",1],["n/2",2]]');
  });
});

describe('an update', () => {
  it('counts every change once, by several clients', () => {
    let other!: Arakoon;
    clientOf(server).subscribe((it) => (other = it));
    for (let i = 0; i < 20; i++)
      update((i % 2 ? arakoon : other).with({ value: json<number>() }), 'n', (n = 0) => n + 1).subscribe();
    after(2000);
    expect(stored('n')).toBe('20');
  });

  it('needs few requests where many updates of one client and its views meet', () => {
    let requests = 0;
    begin({ faults: ({ operation }) => void (['get', 'testAndSet'].includes(operation) && requests++) });
    after(100);
    for (let i = 0; i < 50; i++) {
      update(arakoon.with({ value: json<number>() }), 'n', (n = 0) => n + 1).subscribe();
      update(arakoon.with({ key: json<string>(), value: json<number>() }), 'n', (n = 0) => n + 1).subscribe();
      update(arakoon.with({ key: raw, value: json<number>() }), Buffer.from('"n"'), (n = 0) => n + 1).subscribe();
    }
    after(10_000);
    expect([stored('n'), stored('"n"')]).toEqual(['50', '100']);
    expect(requests).toBeLessThanOrEqual(4 * 150); // 6,500 if each of them tries again with all the others
  });

  it('is done once when its reply is lost, and says that it is not known', () => {
    begin(losing('testAndSet', 10));
    watch(
      'u',
      update(arakoon.with({ value: json<number>() }), 'n', (n = 0) => n + 1)
    );
    expect([after(2000), stored('n')]).toEqual([['u ! CONNECTION_LOST unknown'], '1']);
  });
});

describe('a lock', () => {
  it('is taken once, whatever replies are lost, and guards what is written under it', () => {
    begin(losing('testAndSet', 3));
    const a = watch('a', lock(arakoon, 'l', { owner: 'ann' }), (held) => {
      held.sequence([steps.set('data', Buffer.from('x'))]).subscribe();
      return `holds ${held.token}`;
    });
    expect([after(5000), stored('l')?.replace(/ .* /, ' '), stored('data')]).toEqual([['a holds 1'], '1 ann', 'x']);
    watch('b', lock(arakoon, 'l'), (held) => `holds ${held.token}`);
    expect(after(5000)).toEqual([]);
    a.unsubscribe();
    expect(after(2000)).toEqual(['b holds 2']);
  });

  it('is held and given back whatever the view says of consistency and signals', () => {
    const controller = new AbortController();
    const careless = arakoon.with({ consistency: 'none', node: 'b', signal: controller.signal });
    watch('a', lock(careless, 'l', { every: 100 }), (held) => `holds ${held.token}`).unsubscribe();
    after(500);
    server.lag(1000, 'b'); // it will not hear of what follows
    const a = watch('a', lock(careless, 'l', { every: 100 }), (held) => `holds ${held.token}`);
    const [first] = after(1000);
    controller.abort();
    expect([first, after(1000)]).toEqual([expect.stringMatching(/^a holds/), []]);
    a.unsubscribe();
    expect([after(500), stored('l')]).toEqual([[], first!.slice(-1)]);
  });

  it('is kept while there is no master, and is lost when somebody takes it away', () => {
    watch('a', lock(arakoon, 'l', { every: 200 }), (held) => `holds ${held.token}`);
    expect(after(500)).toEqual(['a holds 1']);
    server.electMaster(undefined);
    expect(after(60_000)).toEqual([]);
    server.electMaster('c');
    expect(after(5000)).toEqual([]);
    arakoon.delete('l').subscribe();
    expect(after(500)).toEqual(['a ! LEASE_LOST none']);
  });
});

describe('pages', () => {
  it('are all met, once each, over lost connections and another master', () => {
    begin({
      entries: Object.fromEntries(Array.from({ length: 95 }, (_, i) => [`k${String(i).padStart(2, '0')}`, 'v'])),
    });
    const met: string[] = [];
    const masters = ['b', 'c', 'a'];
    watch('pages', pagedRange(arakoon, { prefix: 'k', size: 10 }, (page) => {
      met.push(...page.map(([key]) => key));
      if (met.length % 20 === 0) server.drop();
      if (met.length % 30 === 0) server.electMaster(masters.shift());
    })); // prettier-ignore
    expect([after(60_000), met]).toEqual([['pages |'], [...server.entries().keys()]]);
  });
});

describe('a nursery', () => {
  it('is read and written as one, also while keys move from one cluster to another', () => {
    const [left, right] = ['left', 'right'].map((id) => arakoonInMemory({ scheduler: time, id, nodes: [`${id}_0`] }));
    const servers = new Map([
      ['left', left!],
      ['right', right!],
    ]);
    const address = (port: number) => ({ hosts: ['127.0.0.1'], port });
    let keeper!: Arakoon;
    let other!: Arakoon;
    clientOf(left!).subscribe((it) => (keeper = it));
    clientOf(right!).subscribe((it) => (other = it));
    const [none, k, c] = [null, Buffer.from('k'), Buffer.from('c')];
    const span = (begin: Buffer | null, end: Buffer | null) => ({ public: { begin, end }, private: { begin, end } });
    concat(
      keeper.nursery.setConfig('left', { left_0: address(4000) }),
      keeper.nursery.setConfig('right', { right_0: address(4000) }),
      keeper.nursery.setRouting({ separator: k, left: { cluster: 'left' }, right: { cluster: 'right' } }),
      keeper.nursery.setInterval(span(none, k)),
      other.nursery.setInterval(span(k, none))
    ).subscribe({ error: ({ message }: Error) => log.push(message) });
    expect(after(500)).toEqual([]);

    const all$ = nursery(keeper.with({ value: utf8 }), (cluster) => clientOf(servers.get(cluster.id)!));
    let all!: NurseryClient<string, string>;
    all$.subscribe((it) => (all = it));
    watch(
      'set',
      concat(...['a', 'd', 'k', 'z'].map((key) => all.set(key, key.toUpperCase()))).pipe(toArray()),
      () => 'done'
    );
    expect(after(500)).toEqual(['set done', 'set |']);
    expect([stored('d', left), stored('d', right), stored('z', right)]).toEqual(['D', undefined, 'Z']);

    // d moves to the right, and the keeper is told last
    concat(
      keeper.nursery.setInterval(span(none, c)),
      other.nursery.migrateRange(span(c, none), [steps.set('d', Buffer.from('D'))]),
      keeper.delete('d')
    ).subscribe();
    after(500);
    watch('get', all.get('d'));
    watch('range', all.range(), String);
    watch('exists', all.exists('d'));
    expect(after(300)).toEqual([]);
    keeper.nursery.setRouting({ separator: c, left: { cluster: 'left' }, right: { cluster: 'right' } }).subscribe();
    expect(after(2000).sort()).toEqual(['exists true', 'exists |', 'get D', 'get |', 'range a,d,k,z', 'range |']);
  });
});
