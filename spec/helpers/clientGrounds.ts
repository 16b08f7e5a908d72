import { NEVER, type Observable } from 'rxjs';
import { connect as connectArakoon } from '../../lib/arakoon/index.js';
import type { RequestFilter } from '../../lib/client/requestFilter.js';
import type { StatsFeed } from '../../lib/client/statsFeed.js';
import { json } from '../../lib/core/codecs.js';
import { connect as connectEtcd } from '../../lib/etcd/index.js';
import { connectV2 } from '../../lib/etcd/v2/index.js';
import { connect } from '../../lib/index.js';
import { arakoonInMemory, etcdInMemory, zooKeeperInMemory } from '../../lib/testing/index.js';
import { ScriptedHttp1 } from './scriptedHttp1.js';
import type { VirtualTime } from './virtualTime.js';

/** The options that the clients of all APIs have. */
export interface CommonOptions {
  readonly maxQueued?: number;
  readonly statsInterval?: number;
  readonly use?: readonly RequestFilter[];
}
type Client = StatsFeed & { close(): Promise<void> };

/**
 * A client, and requests of it: one that is answered, one that the server refuses, one whose value cannot be read. Also
 * the first one and a write, as views with a filter make them.
 */
export interface ClientGround {
  readonly client: Client;
  readonly good$: Observable<unknown>;
  readonly refused$: Observable<unknown>;
  readonly garbled$: Observable<unknown>;
  /** The first one and a write, of a view with these filters, the innermost first. */
  through(...filters: readonly RequestFilter[]): {
    readonly good$: Observable<unknown>;
    readonly write$: Observable<unknown>;
  };
}
type Begin = (time: VirtualTime, options?: CommonOptions, offline?: boolean) => ClientGround;

const opened = <C>(client$: Observable<C>): C => {
  let client: C | undefined;
  let mistake: unknown;
  client$.subscribe({ next: (it) => (client = it), error: (error: unknown) => (mistake = error) });
  if (client === undefined) throw mistake;
  return client;
};
const common = (scheduler: VirtualTime) => ({ scheduler, random: () => 0.5 });

/** The clients of all APIs. */
export const clientGrounds: Readonly<Record<string, Begin>> = {
  zookeeper(time, options, offline) {
    const server = zooKeeperInMemory({ scheduler: time });
    const transport = offline === true ? () => NEVER : server.transport({ latency: 1 });
    const zk = opened(connect('memory', { ...common(time), transport, serverVersion: '3.8.0', ...options }));
    const [good$, refused$, garbled$] = [zk.get('/'), zk.get('/none'), zk.with({ codec: json() }).get('/zookeeper')];
    const through = (...filters: readonly RequestFilter[]) => {
      const view = filters.reduce((each, filter) => each.use(filter), zk).with({ timeout: 60_000 });
      return { good$: view.get('/'), write$: view.set('/', Buffer.of(1)) };
    };
    return { client: zk, good$, refused$, garbled$, through };
  },
  etcd(time, options, offline) {
    const cluster = etcdInMemory({ scheduler: time });
    const transport = offline === true ? () => NEVER : cluster.transport({ latency: 1 });
    const etcd = opened(connectEtcd(cluster.endpoints.join(), { ...common(time), transport, ...options }));
    etcd.put('text', Buffer.from('{')).subscribe({ error: () => undefined });
    const [good$, refused$] = [etcd.get('k'), etcd.range({ prefix: '' }, { revision: 1000 })];
    const through = (...filters: readonly RequestFilter[]) => {
      const view = filters.reduce((each, filter) => each.use(filter), etcd).with({ timeout: 60_000 });
      return { good$: view.get('k'), write$: view.put('k', Buffer.of(1)) };
    };
    return { client: etcd, good$, refused$, garbled$: etcd.with({ value: json() }).get('text'), through };
  },
  arakoon(time, options, offline) {
    const server = arakoonInMemory({ scheduler: time });
    const transport = offline === true ? () => NEVER : server.transport({ latency: 1 });
    const arakoon = opened(connectArakoon(server.cluster, { ...common(time), transport, ...options }));
    arakoon.set('text', Buffer.from('{')).subscribe({ error: () => undefined });
    const [good$, refused$] = [arakoon.exists('k'), arakoon.get('none')];
    const through = (...filters: readonly RequestFilter[]) => {
      const view = filters.reduce((each, filter) => each.use(filter), arakoon).with({ timeout: 60_000 });
      return { good$: view.exists('k'), write$: view.set('k', Buffer.of(1)) };
    };
    return { client: arakoon, good$, refused$, garbled$: arakoon.with({ value: json() }).get('text'), through };
  },
  'etcd-v2'(time, options, offline) {
    const http = new ScriptedHttp1();
    http.healthy = () => (offline === true ? undefined : true);
    http.answer = (it) => {
      const found = { action: 'get', node: { key: '/k', value: '{', modifiedIndex: 7, createdIndex: 7 } };
      const refusal = { errorCode: 100, message: 'Key not found', cause: '/none', index: 9 };
      const missing = it.path.includes('none');
      const body = it.path.includes('torn') ? '{' : missing ? refusal : found;
      if (offline !== true) time.schedule(() => it.reply(missing ? 404 : 200, body), 2);
    };
    const etcd = opened(connectV2('a:1', { ...common(time), transport: http.transport, ...options }));
    return {
      client: etcd,
      good$: etcd.read('k'),
      refused$: etcd.read('none'),
      garbled$: etcd.read('torn'),
      through(...filters) {
        const view = filters.reduce((each, filter) => each.use(filter), etcd).with({ timeout: 60_000 });
        return { good$: view.read('k'), write$: view.set('k', '1') };
      },
    };
  },
};

/** The operation of the requests that are answered. */
export const OPERATIONS: Readonly<Record<string, string>> = {
  ...{ zookeeper: 'get', etcd: 'get', arakoon: 'exists', 'etcd-v2': 'read' },
};
