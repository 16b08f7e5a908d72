import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Server, type Socket, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { NEVER, type Observable, concat, firstValueFrom, lastValueFrom, of, skip, toArray } from 'rxjs';
import { openV2 } from '../../../lib/etcd/v2/index.js';
import { type AnyHive, type OpenHiveOptions, openHive } from '../../../lib/hive/open/openHive.js';
import { startArakoon, startEtcd, startZooKeeper } from '../../../lib/testing/index.js';
import { digestAcl, open as openZooKeeper } from '../../../lib/zookeeper/index.js';
import { type Certificates, makeCertificates } from '../../helpers/certificates.js';
import { waitFor } from '../../helpers/waitFor.js';

const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);

/** A server that was started. */
interface Store {
  /** The URL of a place in it. */
  url(place: string): string;
  connections(): number;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Start {
  readonly tls?: TlsOptions;
  readonly rootPassword?: string;
}

async function inEtcd(scheme: string, options: Start): Promise<Store> {
  const server = await startEtcd(options);
  return {
    url: (place) => `${scheme}://${server.endpoints.join()}${place}`,
    connections: () => server.connections(),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

const STORES: Readonly<Record<'zk' | 'etcd' | 'etcd2' | 'arakoon', (options?: Start) => Promise<Store>>> = {
  async zk(options = {}) {
    const server = await startZooKeeper(options);
    return {
      url: (place) => `zk://${server.connectString}${place}`,
      connections: () => server.connections,
      [Symbol.asyncDispose]: () => server.stop(),
    };
  },
  etcd: (options = {}) => inEtcd('etcd', options),
  etcd2: (options = {}) => inEtcd('etcd2', options),
  async arakoon({ tls } = {}) {
    const server = await startArakoon({ nodes: ['a', 'b', 'c'], ...(tls !== undefined && { tls }) });
    const addresses = Object.entries(server.cluster.nodes).map(([name, address]) => `${name}=${String(address)}`);
    return {
      url: (place) => `arakoon://${server.cluster.id}${place}?${addresses.join('&')}`,
      connections: () => server.connections(),
      [Symbol.asyncDispose]: () => server.stop(),
    };
  },
};
const SCHEMES = Object.keys(STORES) as (keyof typeof STORES)[];
const FOLDERS: readonly string[] = ['zookeeper', 'etcd', 'etcd/v2', 'arakoon'];

describe.each(SCHEMES)('a hive of %s://', (scheme) => {
  let store: Store;
  beforeAll(async () => {
    store = await STORES[scheme]();
  });
  afterAll(() => store?.[Symbol.asyncDispose]());
  const opened = (place: string, options: OpenHiveOptions<unknown> = {}): Promise<AnyHive<unknown>> =>
    openHive(store.url(place), options);

  it('keeps its entries at its place, apart from those of other places', async () => {
    const big = new Uint8Array(700_000).fill(1);
    const first = await opened('/apps/shop');
    await one(first.put('a', { big }));
    await first.close();
    await using again = await opened('/apps//shop/');
    await using elsewhere = await opened('/apps/bank');
    await using usual = await opened('');
    await using same = await opened('/hive');
    expect(await one(again.get('a'))).toEqual({ big });
    await one(usual.put('b', 1));
    const listed = await Promise.all([again, elsewhere, usual, same].map((hive) => one(hive.list())));
    expect(listed).toEqual([['a'], [], ['b'], ['b']]);
  });

  it('ends with its close: watches complete, requests are refused, and no connection stays', async () => {
    await waitFor(() => store.connections() === 0);
    const hive = await opened('/closed');
    await one(hive.put('a', 1));
    const watched = hive.watch && lastValueFrom(hive.watch('a').pipe(toArray()));
    if (hive.watch !== undefined) await one(hive.watch('a'));
    expect(store.connections()).toBeGreaterThan(0);
    await hive.close();
    await hive.close();
    expect((await watched)?.length).not.toBe(0);
    for (const request$ of [hive.get('a'), hive.update('a', 2), hive.delete('a'), hive.list(), hive.upload([])])
      await expect(one<unknown>(request$)).rejects.toMatchObject({ code: 'CLOSED', effect: 'none' });
    await waitFor(() => store.connections() === 0);
  });

  it('takes an upload away that was left, before it closes', async () => {
    const hive = await opened('/left', { inlineBytes: 10, sliceBytes: 100 });
    const source$ = concat(of(new Uint8Array(2000)), NEVER);
    await one(hive.upload(source$, { alias: 'a' }).pipe(skip(9))); // leaves it
    await hive.close();
    await using again = await opened('/left');
    expect(await one(again.sweep({ dryRun: true }))).toMatchObject({ uploads: 0, live: 0 });
  });

  it('is closed at the end of a block', async () => {
    await waitFor(() => store.connections() === 0);
    {
      await using hive = await opened('/using');
      await one(hive.stat('a'));
    }
    await waitFor(() => store.connections() === 0);
  });

  it.each([
    [{ connection: { openTimeout: -1 } }, 'options.connection.openTimeout'],
    [{ connection: { backoff: { min: 1 } } }, 'options.connection.backoff'],
    [{ connection: { unknown: 1 } }, 'options.connection.unknown'],
    [{ connection: [] }, 'options.connection'],
    [{ grace: 0 }, 'options.grace'],
    [{ inlineBytes: 1e9 }, 'options.inlineBytes'],
  ])('refuses the options %j by their name, and leaves no connection', async (options, argument) => {
    await expect(opened('/wrong', options as never)).rejects.toMatchObject({
      ...{ code: 'USAGE', effect: 'none', argument: expect.stringMatching(`^${argument.replaceAll('.', '\\.')}\\b`) },
    });
    await waitFor(() => store.connections() === 0);
  });

  it('rejects if no server listens', async () => {
    const url = `${scheme}://${scheme === 'arakoon' ? 'c?a=' : ''}127.0.0.1:1`;
    const connection = { openTimeout: 200 };
    await expect(openHive(url, { connection })).rejects.toMatchObject({ layer: 'transport', effect: 'none' });
  });

  it('rejects if a server is silent, and hangs up', async () => {
    const sockets = new Set<Socket>();
    let accepted = 0;
    const silent: Server = createServer((socket) => {
      accepted++;
      sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
      socket.resume();
    });
    await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
    const { port } = silent.address() as AddressInfo;
    const url = `${scheme}://${scheme === 'arakoon' ? 'c?a=' : ''}127.0.0.1:${port}`;
    await expect(openHive(url, { connection: { openTimeout: 300 } })).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(accepted).toBeGreaterThan(0);
    await waitFor(() => sockets.size === 0);
    await new Promise((closed) => silent.close(closed));
  });

  it('ends with a signal before it is open', async () => {
    const stop = new AbortController();
    stop.abort();
    const connection = { signal: stop.signal };
    await expect(opened('/aborted', { connection })).rejects.toMatchObject({ code: 'ABORTED' });
    await waitFor(() => store.connections() === 0);
  });

  it('loads the client of its store, and of no other', async () => {
    const loaded: string[] = [];
    await jest.isolateModulesAsync(async () => {
      for (const folder of FOLDERS)
        jest.doMock(`../../../lib/${folder}/index.js`, () => {
          loaded.push(folder);
          return jest.requireActual(`../../../lib/${folder}/index.js`);
        });
      const isolated = await import('../../../lib/hive/index.js');
      expect(loaded).toEqual([]);
      await (await isolated.openHive(store.url('/loaded'))).close();
    });
    for (const folder of FOLDERS) jest.dontMock(`../../../lib/${folder}/index.js`);
    expect(loaded).toEqual([{ zk: 'zookeeper', etcd: 'etcd', etcd2: 'etcd/v2', arakoon: 'arakoon' }[scheme]]);
  });
});

describe('the options of the connection', () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates();
  });
  afterAll(() => certificates?.[Symbol.dispose]());

  it.each(SCHEMES)('carry the authorities of TLS to %s://', async (scheme) => {
    const { server, ca } = certificates;
    await using store = await STORES[scheme]({ tls: { key: server.key, cert: server.certificate } });
    const tls = { ca: ca.certificate };
    await using hive = await openHive(store.url(''), { connection: { tls } } as object);
    await one(hive.put('a', 1));
    expect(await one(hive.get('a'))).toBe(1);
    const plain = openHive(store.url(''), { connection: { openTimeout: 300 } } as object);
    await expect(plain).rejects.toMatchObject({ layer: 'transport' });
  });

  it('carry an identity to zk://', async () => {
    await using server = await startZooKeeper();
    const acl = [digestAcl('ada', 'secret', 31)];
    await using admin = await openZooKeeper(server.connectString, { auth: [{ scheme: 'digest', auth: 'ada:secret' }] });
    await one(admin.create('/private', null, { acl }));
    const url = `zk://${server.connectString}/private` as const;
    await using denied = await openHive(url);
    await expect(one(denied.put('a', 1))).rejects.toMatchObject({ code: 'NO_AUTH', effect: 'none' });
    await using hive = await openHive(url, { connection: { auth: [{ scheme: 'digest', auth: 'ada:secret' }] } });
    await one(hive.put('a', 1));
    expect(await one(hive.get('a'))).toBe(1);
  });

  it('carry a user to etcd://', async () => {
    await using store = await STORES.etcd({ rootPassword: 'secret' });
    const user = { name: 'root', password: 'secret' };
    await using hive = await openHive(store.url(''), { connection: { user } } as object);
    await one(hive.put('a', 1));
  });

  it('carry a user to etcd2://', async () => {
    await using store = await STORES.etcd2();
    await using admin = await openV2(store.url('').replace('etcd2', 'etcd'));
    await one(admin.auth.putUser('root', 'secret'));
    await one(admin.auth.enable());
    const opened = (password: string) =>
      openHive(store.url(''), { connection: { user: { name: 'root', password } } } as object);
    await using denied = await opened('wrong');
    await expect(one(denied.put('a', 1))).rejects.toMatchObject({ code: 'UNAUTHORIZED', effect: 'none' });
    await using hive = await opened('secret');
    await one(hive.put('a', 1));
  });
});
