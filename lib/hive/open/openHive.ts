import type { OpenOptions as ArakoonOptions } from '../../arakoon/index.js';
import type { OpenOptions as EtcdOptions } from '../../etcd/index.js';
import type { OpenOptions as ZooKeeperOptions } from '../../zookeeper/index.js';
import type { HiveCodec } from '../codecs/hiveCodec.js';
import { hive } from '../hive.js';
import type { HiveCells, HiveStore } from '../hiveStore.js';
import { MemoryStore } from '../memoryStore.js';
import type { HiveOptions } from '../options.js';
import type { Hive, HivePrefixWatching, HiveWatching } from '../types.js';
import { type HiveScheme, hiveUrl } from './hiveUrl.js';

/** How to open a hive, and how to connect to its store. */
export interface OpenHiveOptions<T, S = object> extends HiveOptions {
  /** How values become bytes. Default: `objects`. */
  readonly codec?: HiveCodec<T>;
  /** The options of the store's own `open`: TLS, users, timeouts. */
  readonly connection?: S;
}

/** A hive with the client of its store. */
export interface OpenedHive extends AsyncDisposable {
  /** Closes the client. Requests under way end with the error `CLOSED`. */
  close(): Promise<void>;
}

/** A hive in a store that has events. */
export type WatchableHive<T> = Hive<T, number> & HiveWatching<T, number> & HivePrefixWatching<number> & OpenedHive;

interface Opened {
  readonly store: HiveStore<HiveCells<number | string>>;
  close(): Promise<void>;
}

/** The stores of this process that have names. */
const memory = new Map<string, MemoryStore>();

/** How to open each store. A store's client is loaded when it is asked for. */
const OPENERS: Readonly<Record<HiveScheme, (servers: string, place: string, connection: object) => Promise<Opened>>> = {
  async zk(servers, place, connection) {
    const { cells, open } = await import('../../zookeeper/index.js');
    const client = await open(servers, connection);
    return { store: (name) => cells(client, `/${place}/${name}`) as never, close: () => client.close() };
  },
  async etcd(servers, place, connection) {
    const { cells, open } = await import('../../etcd/index.js');
    const client = await open(servers, connection);
    return { store: (name) => cells(client, `${place}/${name}/`) as never, close: () => client.close() };
  },
  async arakoon(servers, place, connection) {
    const { cells, open } = await import('../../arakoon/index.js');
    const client = await open(servers, connection);
    return { store: (name) => cells(client, `${place}/${name}/`) as never, close: () => client.close() };
  },
  memory(servers, place) {
    const name = servers.slice('memory://'.length);
    const store = memory.get(name) ?? new MemoryStore();
    if (name !== '') memory.set(name, store);
    return Promise.resolve({
      store: (part) => store.cells(`${place}/${part}/`) as never,
      close: () => Promise.resolve(),
    });
  },
};

/**
 * Opens a hive in a store: connects, and resolves when there is a connection.
 *
 * - `zk://host:port,host:port/place`: ZooKeeper
 * - `etcd://host:port,host:port/place`: etcd
 * - `arakoon://cluster/place?node=host:port&node=host:port`: Arakoon
 * - `memory:`: the memory of this process. With a name, as `memory:shop`, all hives of this process with the name share
 *   their entries.
 *
 * Rejects as the store's own `open` does, or with a `UsageError`.
 *
 * @example
 * ```ts
 * import { openHive } from 'quorum-rx/hive';
 * import { firstValueFrom } from 'rxjs';
 *
 * await using people = await openHive('memory:');
 * await firstValueFrom(people.put('ada', { born: new Date('1815-12-10') }));
 * console.log(await firstValueFrom(people.get('ada')));
 * ```
 */
export function openHive<T = unknown>(url: `memory:${string}`, options?: OpenHiveOptions<T>): Promise<WatchableHive<T>>;
export function openHive<T = unknown>(
  url: `zk://${string}`,
  options?: OpenHiveOptions<T, ZooKeeperOptions>
): Promise<WatchableHive<T>>;
export function openHive<T = unknown>(
  url: `etcd://${string}`,
  options?: OpenHiveOptions<T, EtcdOptions>
): Promise<WatchableHive<T>>;
export function openHive<T = unknown>(
  url: `arakoon://${string}`,
  options?: OpenHiveOptions<T, ArakoonOptions>
): Promise<Hive<T, string> & OpenedHive>;
export function openHive<T = unknown>(
  url: string,
  options?: OpenHiveOptions<T>
): Promise<Hive<T, number | string> & OpenedHive>;
export async function openHive<T>(url: string, options: OpenHiveOptions<T> = {}): Promise<OpenedHive> {
  const { scheme, servers, place } = hiveUrl(url);
  const { codec, connection = {}, ...sizes } = options;
  const { store, close } = await OPENERS[scheme](servers, place, connection);
  try {
    return Object.assign(hive<number | string, HiveCells<number | string>, T>(store, codec, sizes), {
      close,
      [Symbol.asyncDispose]: close,
    });
  } catch (error) {
    await close(); // an option of the hive is wrong
    throw error;
  }
}
