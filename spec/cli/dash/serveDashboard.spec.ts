import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Observable, filter, firstValueFrom, lastValueFrom, timeout } from 'rxjs';
import { fromBridge } from '../../../lib/bridge/browser/index.js';
import { openDashStore } from '../../../lib/cli/dash/openDashStore.js';
import { type ServedDashboard, serveDashboard } from '../../../lib/cli/dash/serveDashboard.js';
import type { DashSources, DashboardBridge } from '../../../lib/cli/dash/dashboardBridge.js';
import { type StateOf } from '../../../lib/bridge/types.js';
import { elect, lock, open, utf8 } from '../../../lib/index.js';
import * as etcds from '../../../lib/etcd/index.js';
import { startArakoon, startEtcd, startZooKeeper } from '../../../lib/testing/index.js';
import { ran } from '../../helpers/testTerminal.js';

const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
beforeAll(() => writeFileSync(join(folder, 'index.html'), '<title>page</title>'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);

/** A dashboard of a store, and a page of it without a browser. */
class Ground implements AsyncDisposable {
  readonly served: ServedDashboard;
  readonly #close: () => Promise<void>;

  private constructor(served: ServedDashboard, close: () => Promise<void>) {
    this.served = served;
    this.#close = close;
  }

  static async start(url: string, mayWrite = false): Promise<Ground> {
    const store = await openDashStore(url, { openTimeout: 15_000, adminPorts: [1] });
    const served = await serveDashboard(store, { url, mayWrite, folder });
    return new Ground(served, () => Promise.all([served.close(), store.close()]).then(() => {}));
  }

  page(secret = this.served.secret) {
    return fromBridge<DashboardBridge>(`http://127.0.0.1:${this.served.port}/bridge`, {
      headers: () => ({ authorization: `Bearer ${secret}` }),
      linger: 0,
    });
  }

  /** The first state that satisfies a condition. */
  state<N extends keyof DashSources>(
    name: N,
    parameters: unknown,
    wanted: (state: StateOf<DashSources[N]>) => boolean = () => true
  ): Promise<StateOf<DashSources[N]>> {
    const value = this.page().value as (
      name: N,
      parameters?: unknown
    ) => ReturnType<ReturnType<Ground['page']>['value']>;
    return firstValueFrom(
      (value(name, parameters) as Observable<StateOf<DashSources[N]>>).pipe(filter(wanted), timeout(120_000))
    );
  }

  /** The status of a request with these headers. */
  status(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<number> {
    return new Promise((done, failed) => {
      const { port } = this.served;
      request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
        response.destroy();
        done(response.statusCode!);
      })
        .on('error', failed)
        .end();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

const rows = (ground: Ground, open: readonly string[] = ['/'], from = 0) =>
  ground.state('rows', { open, from }).then((state) => state.rows.map(({ path }) => path));

describe('the server of the dashboard', () => {
  let zooKeeper: Awaited<ReturnType<typeof startZooKeeper>>;
  let ground: Ground;
  beforeAll(async () => {
    zooKeeper = await startZooKeeper();
    ground = await Ground.start(`zk://${zooKeeper.connectString}`);
  });
  afterAll(async () => {
    await ground?.[Symbol.asyncDispose]();
    await zooKeeper?.stop();
  });

  it('prints an address on the loopback interface, whose secret no request has', () => {
    expect(ground.served.address).toBe(`http://127.0.0.1:${ground.served.port}/#${ground.served.secret}`);
    expect(ground.served.secret).toMatch(/^[\w-]{32}$/);
  });

  it('serves the page, and no other file', async () => {
    const { port } = ground.served;
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(await response.text()).toBe('<title>page</title>');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(await ground.status('/%2e%2e/%2e%2e/etc/passwd')).toBe(404);
    expect(await ground.status('/../../etc/passwd')).toBe(404);
    expect(await ground.status('/', {}, 'POST')).toBe(405);
  });

  it('refuses a page without the secret, or with another one', async () => {
    for (const secret of ['', 'wrong', `${ground.served.secret}x`])
      await expect(firstValueFrom(ground.page(secret).value('about'))).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(await ground.status('/bridge')).toBe(401);
    expect(await ground.status('/bridge', { cookie: ground.served.secret })).toBe(401);
  });

  it('refuses a name that somebody has pointed at this machine', async () => {
    const authorization = `Bearer ${ground.served.secret}`;
    expect(await ground.status('/', { host: 'evil.example.org' })).toBe(421);
    expect(await ground.status('/bridge', { authorization, host: `evil.example.org:${ground.served.port}` })).toBe(421);
    expect(await ground.status('/bridge', { authorization, host: '127.0.0.1' })).toBe(421);
    expect(await ground.status('/bridge', { authorization, host: `localhost:${ground.served.port}` })).toBe(200);
  });

  it('refuses pages of other origins, though they had the secret', async () => {
    const authorization = `Bearer ${ground.served.secret}`;
    expect(await ground.status('/bridge', { authorization, origin: 'http://127.0.0.1:1' })).toBe(403);
    expect(await ground.status('/bridge', { authorization, 'sec-fetch-site': 'cross-site' })).toBe(403);
  });

  it('changes nothing without --write', async () => {
    const page = ground.page();
    const refused = { code: 'FORBIDDEN', message: 'the dashboard was started without --write' };
    const create = page.run('create', { path: '/a', value: bytes(''), mode: undefined });
    await expect(firstValueFrom(create)).rejects.toMatchObject(refused);
    const set = page.run('set', { path: '/a', value: bytes(''), version: undefined });
    await expect(firstValueFrom(set)).rejects.toMatchObject(refused);
    const rights = [{ scheme: 'world', id: 'anyone', perms: 'r' }];
    const setAcl = page.run('setAcl', { path: '/', rights, version: undefined });
    await expect(firstValueFrom(setAcl)).rejects.toMatchObject(refused);
    const remove = page.run('delete', { path: '/a', version: undefined, below: true });
    await expect(firstValueFrom(remove)).rejects.toMatchObject(refused);
  });

  it.each([
    ['rows', undefined],
    ['rows', { open: 'all', from: 0 }],
    ['rows', { open: ['/'], from: -1 }],
    ['rows', { open: ['no/slash'], from: 0 }],
    ['node', 7],
    ['found', ['x']],
  ] as const)('refuses garbage: %s of %j', async (name, parameters) => {
    await expect(ground.state(name, parameters)).rejects.toMatchObject({
      layer: expect.stringMatching(/usage|protocol/),
    });
  });

  it('cannot be started where the page is not built, or the port is taken', async () => {
    const url = `zk://${zooKeeper.connectString}`;
    await using store = {
      store: await openDashStore(url, { openTimeout: 15_000, adminPorts: [] }),
      [Symbol.asyncDispose]: async () => {},
    };
    try {
      const missing = serveDashboard(store.store, { url, mayWrite: false, folder: '/no/such/folder' });
      await expect(missing).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining('build:dashboard'),
      });
      const taken = serveDashboard(store.store, { url, mayWrite: false, folder, port: ground.served.port });
      await expect(taken).rejects.toMatchObject({ layer: 'transport', message: expect.stringContaining('EADDRINUSE') });
    } finally {
      await store.store.close();
    }
  });

  it('is the verb dash, which checks its arguments', async () => {
    const store = `zk://${zooKeeper.connectString}`;
    expect(await ran(`${store}/app`, 'dash', '/app')).toMatchObject({ code: 2 });
    expect(await ran(store, 'dash', '--admin-port', '1,2')).toMatchObject({
      code: 2,
      notes: [expect.stringContaining('one for each server')],
    });
  });
});

describe('the dashboard of ZooKeeper', () => {
  it('shows the tree, nodes, locks, servers, sessions and the client, and all changes', async () => {
    await using server = await startZooKeeper();
    await using zk = await open(server.connectString);
    for (const path of ['/app/a', '/app/b', '/x'])
      await firstValueFrom(zk.create(path, 'red', { codec: utf8, parents: true }));
    await using ground = await Ground.start(`zk://${server.connectString}`, true);
    expect(await rows(ground)).toEqual(['/', '/app', '/x', '/zookeeper']);
    expect(await rows(ground, ['/', '/app'])).toEqual(['/', '/app', '/app/a', '/app/b', '/x', '/zookeeper']);
    const page = ground.page();
    expect(await firstValueFrom(page.run('locate', { open: ['/', '/app'], path: '/x', typed: undefined }))).toEqual({
      index: 4,
      path: '/x',
    });

    const holding = elect(zk, '/election').subscribe();
    const waiting = lock(zk, '/locks/report').subscribe();
    const locks = await ground.state('locks', undefined, ({ count }) => count === 2);
    expect(locks.locks).toMatchObject([
      { path: '/election', kind: 'election', contenders: [{ state: 'holds' }] },
      { path: '/locks/report', kind: 'lock' },
    ]);
    const { sessions, paths } = await ground.state('sessions', undefined, (it) => it.sessions.length === 2);
    const [own] = locks.locks[0]!.contenders;
    expect(sessions.map(({ id }) => id)).toContain(own!.owner);
    expect(paths.get(own!.owner)).toHaveLength(2);
    expect(await ground.state('members', undefined)).toMatchObject({ members: [{ role: 'standalone' }], alarms: [] });
    const watched = zk.watch('/app/a').subscribe();
    const { servers } = await ground.state('watchers', '/app/a', (it) => it.servers[0]?.sessions.length === 1);
    expect(servers[0]!.sessions).toEqual([own!.owner]);
    const { events } = await ground.state('client', undefined);
    expect(events.at(-1)).toMatchObject({ text: 'connected' });

    await firstValueFrom(page.run('set', { path: '/app/a', value: bytes('blue'), version: '0' }));
    const node = await ground.state('node', '/app/a', (it) => it.node?.version === '1');
    expect(node).toMatchObject({
      node: { exists: true, bytes: 4, facts: { version: 1 } },
      acl: { rights: [{ id: 'anyone' }], version: '0' },
    });
    expect(Buffer.from(node.node!.value!).toString()).toBe('blue');
    const conflict = firstValueFrom(page.run('set', { path: '/app/a', value: bytes('green'), version: '0' }));
    await expect(conflict).rejects.toMatchObject({ code: 'BAD_VERSION', effect: 'none' });
    const shown = firstValueFrom(
      page.value('node', '/app/a').pipe(
        filter(({ acl }) => acl?.version === '1'),
        timeout(5000) // it does not wait for the next look at the rights
      )
    );
    const mine = [
      { scheme: 'world', id: 'anyone', perms: 'r' },
      { scheme: 'ip', id: '127.0.0.1', perms: 'cdrwa' },
    ];
    const setAcl = (rights: typeof mine, version: string) =>
      lastValueFrom(page.run('setAcl', { path: '/app/a', rights, version }), { defaultValue: undefined });
    await setAcl(mine, '0');
    expect(await shown).toMatchObject({ acl: { rights: mine }, node: { facts: { aversion: 1 } } });
    await expect(setAcl(mine.slice(1), '0')).rejects.toMatchObject({ code: 'BAD_VERSION', effect: 'none' });
    for (const wrong of [[], [{ ...mine[0]!, perms: 'x' }], [{ scheme: 'digest', id: 'ann:password', perms: 'r' }]])
      await expect(setAcl(wrong, '1')).rejects.toMatchObject({ code: 'USAGE' });
    await firstValueFrom(page.run('create', { path: '/new/deep', value: bytes(''), mode: 'ephemeral' }));
    expect(await ground.state('found', 'DEEP', ({ count }) => count === 1)).toMatchObject({ paths: ['/new/deep'] });
    await firstValueFrom(page.run('delete', { path: '/app', version: undefined, below: true }), {
      defaultValue: undefined,
    });
    await ground.state('rows', { open: ['/'], from: 0 }, (it) => it.rows.every(({ path }) => path !== '/app'));

    for (const it of [holding, waiting, watched]) it.unsubscribe();
  });

  it('says that it is stale while there is no connection', async () => {
    await using server = await startZooKeeper();
    await using ground = await Ground.start(`zk://${server.connectString}`);
    await ground.state('rows', { open: ['/'], from: 0 });
    const stale = ground.state('rows', { open: ['/'], from: 0 }, (it) => it.stale);
    await server.stop();
    expect((await stale).why).not.toBe('');
    expect((await stale).rows.map(({ path }) => path)).toEqual(['/', '/zookeeper']);
  });
});

describe('the dashboard of etcd', () => {
  it('shows keys, leases, members, alarms, and locks', async () => {
    await using server = await startEtcd({ members: ['a', 'b', 'c'] });
    await using etcd = await etcds.open(server.endpoints);
    const put = (key: string, value: string) => firstValueFrom(etcd.put(key, bytes(value)));
    for (const key of ['app/a', 'app/b', '/registry/pods', 'x']) await put(key, 'red');
    await using ground = await Ground.start(`etcd://${server.endpoints.join()}`, true);
    expect(await rows(ground, ['/', '/app', '//registry'])).toEqual([
      ...['/', '//registry', '//registry/pods', '/app', '/app/a', '/app/b', '/x'],
    ]);
    const holding = etcds.lock(etcd, 'locks/report').subscribe();
    const { locks } = await ground.state('locks', undefined, ({ count }) => count === 1);
    expect(locks).toMatchObject([{ path: '/locks/report', kind: 'lock', contenders: [{ state: 'holds' }] }]);
    const { sessions, paths } = await ground.state('sessions', undefined, (it) => it.sessions.length === 1);
    expect(sessions).toMatchObject([{ id: locks[0]!.contenders[0]!.owner, keys: 1 }]);
    expect(paths.get(String(sessions[0]!.id))).toEqual([locks[0]!.contenders[0]!.path]);
    const { members } = await ground.state('members', undefined);
    expect(members.map(({ role }) => role).sort()).toEqual(['follower', 'follower', 'leader']);

    const page = ground.page();
    const { node } = await ground.state('node', '/app/a');
    await put('app/a', 'blue');
    const late = firstValueFrom(page.run('set', { path: '/app/a', value: bytes('green'), version: node!.version }));
    await expect(late).rejects.toMatchObject({ code: 'BAD_VERSION' });
    expect(await ground.state('node', '//registry/pods')).toMatchObject({ node: { exists: true, bytes: 3 } });
    expect(await ground.state('node', '/')).toMatchObject({ node: undefined });
    holding.unsubscribe();
  });
});

describe('the dashboard of Arakoon', () => {
  it('shows keys, nodes with their master, and locks', async () => {
    await using server = await startArakoon({ nodes: ['a', 'b', 'c'] });
    const nodes = Object.entries(server.cluster.nodes).map(([name, address]) => `${name}=${[address].flat().join()}`);
    await using ground = await Ground.start(`arakoon://${server.cluster.id}?${nodes.join('&')}`, true);
    const page = ground.page();
    for (const path of ['/app/a', '/app/b'])
      await firstValueFrom(page.run('create', { path, value: bytes('red'), mode: undefined }));
    await firstValueFrom(page.run('create', { path: '/locks/report', value: bytes('3 7f:worker'), mode: undefined }));
    await ground.state('rows', { open: ['/', '/app', '/locks'], from: 0 }, (it) => it.total === 6);
    expect(await rows(ground, ['/', '/app'])).toEqual(['/', '/app', '/app/a', '/app/b', '/locks']);
    const { locks } = await ground.state('locks', undefined);
    expect(locks).toMatchObject([{ path: '/locks/report', contenders: [{ owner: '7f:worker', token: '3' }] }]);
    const { members, alarms } = await ground.state('members', undefined);
    expect(members.filter(({ role }) => role === 'master')).toHaveLength(1);
    expect(alarms).toEqual([]);
    await firstValueFrom(page.run('set', { path: '/app/a', value: bytes('blue'), version: undefined }));
    const { node } = await ground.state('node', '/app/a', (it) => it.node?.bytes === 4);
    expect(node).toMatchObject({ version: undefined });
  });
});
