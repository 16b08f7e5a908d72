import { describe, expect, it } from '@jest/globals';
import { mergeMap } from 'rxjs';
import type { ConnectOptions } from '../../../lib/index.js';
import { utf8 } from '../../../lib/core/codecs.js';
import type { ZooKeeperServerOptions } from '../../../lib/testing/index.js';
import { settingsOf } from '../../../lib/zookeeper/options.js';
import { lock } from '../../../lib/zookeeper/recipes/locks/lock.js';
import { seededRandom } from '../../../lib/testing/proxy/seededRandom.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

/** Servers that lack what this client uses of new ones. */
const SERVERS: Readonly<Record<string, readonly [server: ZooKeeperServerOptions, client: ConnectOptions]>> = {
  'ClickHouse Keeper': [{ profile: 'clickhouse-keeper' }, {}],
  'ClickHouse Keeper, of which the client is told': [
    { profile: 'clickhouse-keeper', fourLetterWords: [] },
    { capabilities: ['multiRead'] },
  ],
  'ClickHouse Keeper that does not answer srvr': [{ profile: 'clickhouse-keeper', fourLetterWords: [] }, {}],
  'a product that nobody knows': [{ profile: { versionLine: 'OtherKeeper version: v1.2.3' } }, {}],
  'a product with a version like that of ZooKeeper': [{ profile: { versionLine: 'OtherKeeper version: 9.9.9' } }, {}],
  'a product that gives sessions back': [
    { profile: { versionLine: 'OtherKeeper version: v1', restoresSessions: true } },
    {},
  ],
  'a product that says no': [{ profile: { versionLine: 'OtherKeeper version: v1', unknown: 'refuse' } }, {}],
  'a product that drops what it does not know': [
    { profile: { versionLine: 'RaftKeeper version: v2.1.1', unknown: 'ignore', restoresSessions: true } },
    {},
  ],
};

function world(name: string, more: ConnectOptions = {}) {
  const [server, client] = SERVERS[name]!;
  const seen: string[] = [];
  const it = new VirtualWorld({ ...server, faults: ({ operation }) => void seen.push(operation) });
  const options: ConnectOptions = {
    serverVersion: undefined as never,
    sessionTimeout: 3000,
    backoff: { min: 20, max: 100 },
    ...client,
    ...more,
  };
  return { it, seen, client: () => it.client(options) };
}

const shown = (node: { kind: string; value?: unknown; stale: boolean }) =>
  `${node.kind === 'present' ? String(node.value) : node.kind}${node.stale ? '?' : ''}`;

describe.each(Object.keys(SERVERS))('a client of %s', (name) => {
  it('does what every server can', () => {
    const { it, client } = world(name);
    const { zk } = client();
    it.after(500);
    it.watch('create', zk.create('/a', 'x', { codec: utf8 }), ({ path }) => path);
    it.watch('sequence', zk.create('/a/s-', null, { mode: 'ephemeralSequential' }), ({ path }) => path);
    it.watch('get', zk.get('/a', { codec: utf8 }), ({ value }) => value);
    it.watch('strict', zk.get('/a', { codec: utf8, read: 'strict' }), ({ value }) => value);
    it.watch('transaction', zk.transaction().set('/a', Buffer.from('y')).create('/b', null).commit(), (results) =>
      String(results.length)
    );
    it.watch('children', zk.getChildren('/a'), String);
    it.watch('acl', zk.getAcl('/a'), ({ acl }) => acl[0]!.scheme);
    it.watch('delete', zk.delete('/a', { recursive: true }), () => '');
    const said = it.after(3000).join(', ');
    for (const each of [
      'create /a',
      'sequence /a/s-0000000000',
      'get x',
      'strict x',
      'transaction 2',
      'children s-0000000000',
      'acl world',
      'delete |',
    ])
      expect(said).toContain(each);
    expect(said).not.toContain('!');
  });

  it('comes back after each loss of its link, with its watches true', () => {
    const { it, seen, client } = world(name);
    const a = client();
    const b = client();
    it.after(500);
    const data: string[] = [];
    const tree: string[] = [];
    const names: string[] = [];
    b.zk.create('/t/a', 'v0', { codec: utf8, parents: true }).subscribe();
    it.after(200);
    const failed = { error: ({ code }: { code: string }) => void it.log.push(`! ${code}`) };
    a.zk.watch('/t/a', { codec: utf8 }).subscribe({ next: (node) => void data.push(shown(node)), ...failed });
    a.zk.watch('/t/none').subscribe({ next: (node) => void data.push(`none:${shown(node)}`), ...failed });
    a.zk.watchChildren('/t').subscribe({
      next: (list) =>
        void names.push(`${list.kind === 'present' ? [...list.names].sort().join() : '-'}${list.stale ? '?' : ''}`),
      ...failed,
    });
    a.zk.watchTree('/t', { codec: utf8 }).subscribe({
      next: ({ root, stale }) =>
        void tree.push(
          (root === undefined ? '-' : [...root.children.values()].map(({ value }) => value).join()) + (stale ? '?' : '')
        ),
      ...failed,
    });
    it.after(500);
    for (let round = 1; round <= 6; round++) {
      a.cut();
      b.zk.set('/t/a', `v${round}`, { codec: utf8 }).subscribe();
      if (round % 2 === 1) b.zk.create('/t/b', `w${round}`, { codec: utf8 }).subscribe();
      else b.zk.delete('/t/b').subscribe();
      it.after(100);
      a.heal();
      it.after(20_000);
      expect([round, data.filter((each) => !each.startsWith('none')).at(-1), names.at(-1), tree.at(-1)]).toEqual([
        round,
        `v${round}`,
        round % 2 === 1 ? 'a,b' : 'a',
        round % 2 === 1 ? `v${round},w${round}` : `v${round}`,
      ]);
    }
    b.zk.create('/t/none').subscribe();
    b.zk.set('/t/a', 'last', { codec: utf8 }).subscribe();
    it.after(500);
    expect([
      data.filter((each) => !each.startsWith('none')).at(-1),
      data.filter((each) => each.startsWith('none')).at(-1),
    ]).toEqual(['last', 'none:']);
    expect(it.log).toEqual([]);
    expect(seen.filter((operation) => operation === 'setWatches').length).toBeLessThanOrEqual(3);
    expect(seen).not.toContain('addWatch');
  });

  it('keeps the values of its watches true under random losses', () => {
    const random = seededRandom(7);
    const { it, client } = world(name);
    const a = client();
    const b = client();
    it.after(500);
    const last = new Map<string, string>();
    b.zk.create('/r').subscribe();
    it.after(100);
    const paths = ['/r/0', '/r/1', '/r/2'];
    for (const path of paths) a.zk.watch(path, { codec: utf8 }).subscribe((node) => last.set(path, shown(node)));
    for (let i = 0; i < 200; i++) {
      const path = paths[Math.floor(random() * paths.length)]!;
      const kind = Math.floor(random() * 5);
      if (kind === 0) it.server.drop();
      else if (kind === 1) b.zk.create(path, `c${i}`, { codec: utf8 }).subscribe({ error: () => undefined });
      else if (kind === 2) b.zk.delete(path).subscribe({ error: () => undefined });
      else b.zk.set(path, `s${i}`, { codec: utf8 }).subscribe({ error: () => undefined });
      it.after(Math.floor(random() * 150));
    }
    it.after(30_000);
    for (const path of paths)
      expect([path, last.get(path)]).toEqual([
        path,
        it.server.tree().has(path) ? Buffer.from(it.server.tree().get(path)!.data!).toString() : 'absent',
      ]);
  });

  it('gives a lock to one at a time', () => {
    const { it, client } = world(name);
    const clients = [client(), client()];
    it.after(500);
    let held = 0;
    let most = 0;
    const times = clients.map(({ zk }) =>
      lock(zk, '/lock')
        .pipe(
          mergeMap((lease) => {
            most = Math.max(most, ++held);
            lease.signal.addEventListener('abort', () => held--);
            return [lease];
          })
        )
        .subscribe()
    );
    it.after(2000);
    expect([held, most]).toEqual([1, 1]);
    times[0]!.unsubscribe();
    it.after(2000);
    expect([held, most]).toEqual([1, 1]);
    times[1]!.unsubscribe();
  });
});

describe('what a server does not know', () => {
  it('is UNSUPPORTED, and not sent, where its name or the options say so', () => {
    for (const name of ['ClickHouse Keeper', 'ClickHouse Keeper, of which the client is told']) {
      const { it, seen, client } = world(name);
      const { zk } = client();
      it.after(500);
      it.watch('whoAmI', zk.whoAmI());
      it.watch('container', zk.create('/c', null, { mode: 'container' }), () => 'ok');
      it.watch('events', zk.events('/', { recursive: true }), () => '');
      it.watch('snapshot', zk.snapshot(['/']), () => 'ok');
      expect(it.after(500).sort()).toEqual([
        'container ! UNSUPPORTED',
        'events ! UNSUPPORTED',
        'snapshot ok',
        'snapshot |',
        'whoAmI ! UNSUPPORTED',
      ]);
      expect(seen).not.toContain('whoAmI');
    }
  });

  it('is learnt from two links that end, and from one that still answers other requests; one may end by chance', () => {
    const { it, client } = world('ClickHouse Keeper that does not answer srvr');
    const { zk } = client();
    it.after(500);
    for (const expected of ['CONNECTION_LOST', 'CONNECTION_LOST', 'UNSUPPORTED', 'UNSUPPORTED']) {
      it.watch('whoAmI', zk.whoAmI());
      expect(it.after(3000)).toEqual([`whoAmI ! ${expected}`]);
    }
    const silent = world('a product that drops what it does not know');
    const patient = silent.client();
    silent.it.after(500);
    for (const expected of ['CONNECTION_LOST', 'UNSUPPORTED']) {
      silent.it.watch('whoAmI', patient.zk.whoAmI());
      expect(silent.it.after(6000)).toEqual([`whoAmI ! ${expected}`]);
    }
  });

  it('is learnt from an answer to what came after it', () => {
    const { it, seen, client } = world('a product that drops what it does not know');
    const { zk } = client();
    it.after(500);
    for (const expected of ['PROTOCOL', 'UNSUPPORTED']) {
      it.watch('whoAmI', zk.whoAmI());
      it.watch('set', zk.set('/', null), () => 'ok');
      expect(it.after(100)).toEqual(expect.arrayContaining([`whoAmI ! ${expected}`]));
    }
    // the watches that are set again one by one come right after those that are set together
    it.watch('tree', zk.watchTree('/a'), ({ size, stale }) => `${size}${stale ? '?' : ''}`);
    it.watch('node', zk.watch('/'), ({ kind, stale }) => `${kind}${stale ? '?' : ''}`);
    it.after(500);
    it.server.drop();
    it.after(10);
    it.watch('events', zk.events('/b'), ({ type }) => type);
    it.after(500);
    expect(seen.filter((operation) => operation === 'setWatches').length).toBe(1);
    it.watch('create', zk.create('/a', null), () => 'ok');
    expect(it.after(100)).toEqual(expect.arrayContaining(['create ok', 'tree 1']));
    expect(zk.state.kind).toBe('connected');
  });

  it('is learnt from a server that has answered before, if it says so or drops the link: it may be another now', () => {
    for (const unknown of ['refuse', 'ignore'] as const) {
      let upgraded = true;
      const it = new VirtualWorld({
        profile: { versionLine: 'OtherKeeper version: v1', unknown, restoresSessions: true },
        faults: ({ operation }) => (operation === 'setWatches' && upgraded ? { error: -101 } : undefined),
      });
      const { zk } = it.client({ serverVersion: undefined as never, backoff: { min: 20, max: 100 } });
      it.after(500);
      it.watch('node', zk.watch('/'), ({ kind, stale }) => `${kind}${stale ? '?' : ''}`);
      it.after(500);
      it.server.drop();
      expect(it.after(500)).toEqual(['node present?', 'node present']);
      upgraded = false;
      it.server.drop();
      zk.events('/new').subscribe(); // is set up right after the watches are set again
      expect(it.after(5000).at(-1)).toBe('node present');
    }
  });

  it.each<readonly [string, unknown]>([
    ['options.capabilities', 'multiRead'],
    ['options.capabilities[0]', ['setWatch']],
  ])('is no guess: %s is refused as %j', (argument, capabilities) => {
    expect(() => settingsOf({ capabilities: capabilities as never })).toThrow(
      expect.objectContaining({ code: 'USAGE', argument })
    );
  });
});
