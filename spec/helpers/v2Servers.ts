import { firstValueFrom } from 'rxjs';
import { type Etcd, open } from '../../lib/etcd/index.js';
import { type EtcdV2, type OpenV2Options, openV2, v2OverV3 } from '../../lib/etcd/v2/index.js';
import { startEtcd } from '../../lib/testing/index.js';
import { etcdHasV2, etcdVersion } from './etcdUnderTest.js';
import { startRealEtcd } from './realEtcd.js';

/** A server of one member, named `n1`, and how clients of version 2 use it. */
export interface V2Server {
  readonly endpoint: string;
  readonly version: string;
  open(options?: OpenV2Options, endpoint?: string): Promise<EtcdV2 & AsyncDisposable>;
  /** Lets the server forget everything that has happened. */
  forget(): Promise<void>;
  stop(): Promise<void>;
}

/** The servers that the specs of the client run on: the name, whether clients use version 3 below, and the start. */
export const V2_SERVERS: readonly (readonly [name: string, isOverV3: boolean, start: () => Promise<V2Server>])[] = [
  ...(etcdHasV2 ? [['a real etcd', false, async () => overHttp(await startRealEtcd(), etcdVersion)] as const] : []),
  ['the embedded etcd', false, async () => overHttp(await startEtcd({ members: ['n1'], version: '3.5.9' }), '3.5.9')],
  ['version 3 of a real etcd', true, async () => overV3(await startRealEtcd(), etcdVersion)],
  [
    'version 3 of the embedded etcd',
    true,
    async () => overV3(await startEtcd({ members: ['n1'], version: '3.6.0' }), '3.6.0'),
  ],
];

interface Started {
  readonly endpoints: string | readonly string[];
  stop(): Promise<void>;
}

/** Events of the whole store that version 2 remembers. */
const REMEMBERED = 1000;

function overHttp(server: Started, version: string): V2Server {
  const own = String(server.endpoints);
  const connect = (options: OpenV2Options = {}, endpoint = own) => openV2(endpoint, options);
  return {
    endpoint: own,
    version,
    open: connect,
    forget: async () => {
      await using writer = await connect();
      for (let i = 0; i <= REMEMBERED; i += 50)
        await Promise.all(Array.from({ length: 50 }, (_, j) => firstValueFrom(writer.set(`noise/${j}`, `${i}`))));
    },
    stop: () => server.stop(),
  };
}

function overV3(server: Started, version: string): V2Server {
  const own = String(server.endpoints);
  return {
    endpoint: own,
    version,
    open: (options = {}, endpoint = own) => openOverV3(endpoint, options),
    forget: async () => {
      await using etcd = await open(own);
      const { revision } = await firstValueFrom(etcd.put('noise', Buffer.from('')));
      await firstValueFrom(etcd.compact(revision));
    },
    stop: () => server.stop(),
  };
}

async function openOverV3(endpoint: string, { user, backoff }: OpenV2Options): Promise<EtcdV2 & AsyncDisposable> {
  const etcd: Etcd & AsyncDisposable = await open(endpoint, {
    ...(user !== undefined && { user }),
    ...(backoff !== undefined && { backoff }),
  });
  return Object.assign(v2OverV3(etcd), { [Symbol.asyncDispose]: () => etcd[Symbol.asyncDispose]() });
}
