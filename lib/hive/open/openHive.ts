import { lastValueFrom } from 'rxjs';
import type { OpenOptions as ArakoonOptions } from '../../arakoon/index.js';
import type { OpenOptions as EtcdOptions } from '../../etcd/index.js';
import type { OpenV2Options as EtcdV2Options } from '../../etcd/v2/index.js';
import type { OpenOptions as ZooKeeperOptions } from '../../zookeeper/index.js';
import { having, knownKeys, optionsObject } from '../../core/check.js';
import { renamed } from '../../core/failures.js';
import { type HiveCodec, checkHiveCodec } from '../codecs/hiveCodec.js';
import { hive } from '../hive.js';
import { partsOf } from '../hiveParts.js';
import type { HiveCells, HiveStore } from '../hiveStore.js';
import { MemoryStore } from '../memoryStore.js';
import { HIVE_OPTIONS, type HiveOptions } from '../options.js';
import type { Hive } from '../api/hive.js';
import type { HivePrefixWatching, HiveWatching } from '../api/hiveWatching.js';
import { type HiveScheme, hiveUrl } from './hiveUrl.js';
import { MemoryClient } from './memoryClient.js';

/** How to open a hive, and how to connect to its store. */
export interface OpenHiveOptions<T, S = object> extends HiveOptions {
  /** How values become bytes. Default: `objects`. */
  readonly codec?: HiveCodec<T>;
  /** The options of the store's own `open`: TLS, users, timeouts. */
  readonly connection?: S;
}

/** The connection of a hive in memory. */
export interface MemoryOptions {
  /** The store. Default: a new one, of this hive alone. */
  readonly store?: MemoryStore;
}

/** A hive with the client of its store. */
export interface OpenedHive extends AsyncDisposable {
  /**
   * Waits for the clean-up of uploads that were left, for five seconds at most, and closes the client. Requests that
   * wait, and later ones, error with `CLOSED`; watches complete.
   */
  close(): Promise<void>;
}

/** A hive in a store that has events. */
export type WatchableHive<T> = Hive<T, number> & HiveWatching<T, number> & HivePrefixWatching<number> & OpenedHive;

/** A hive in a store that the program learns when it runs: `watch` and `watchPrefix` are there if it has events. */
export type AnyHive<T> = Hive<T, number | string> &
  Partial<HiveWatching<T, number | string> & HivePrefixWatching<number | string>> &
  OpenedHive;

interface Opened {
  readonly store: HiveStore<HiveCells<number | string>>;
  close(): Promise<void>;
}

const OPTIONS = [...HIVE_OPTIONS, 'codec', 'connection'];

/** How to open each store. A store's client is loaded when it is asked for. */
const OPENERS: Readonly<Record<HiveScheme, (servers: string, place: string, connection: object) => Promise<Opened>>> = {
  async zk(servers, place, connection) {
    const { cells, open } = await import('../../zookeeper/index.js');
    const client = await open(servers, connection);
    return { store: (name) => cells(client, `/${place}/${name}`), close: () => client.close() };
  },
  async etcd(servers, place, connection) {
    const { cells, open } = await import('../../etcd/index.js');
    const client = await open(servers, connection);
    return { store: (name) => cells(client, `${place}/${name}/`), close: () => client.close() };
  },
  async etcd2(servers, place, connection) {
    const { cells, openV2 } = await import('../../etcd/v2/index.js');
    const client = await openV2(servers, connection);
    return { store: (name) => cells(client, `/${place}/${name}`), close: () => client.close() };
  },
  async arakoon(servers, place, connection) {
    const { cells, open } = await import('../../arakoon/index.js');
    const client = await open(servers, connection);
    return { store: (name) => cells(client, `${place}/${name}/`), close: () => client.close() };
  },
  memory(_, place, connection) {
    const { store = new MemoryStore() } = knownKeys<MemoryOptions>('options', connection, ['store']);
    const client = new MemoryClient(having('options.store', store, 'a MemoryStore', ['cells']));
    return Promise.resolve({ store: (name) => client.cells(`${place}/${name}/`), close: () => client.close() });
  },
};

/**
 * Opens a hive in a store: connects, and resolves when there is a connection. Close it at the end, by `close()` or
 * `await using`.
 *
 * - `zk://host:port,host:port/place`: ZooKeeper
 * - `etcd://host:port,host:port/place`: etcd
 * - `etcd2://host:port,host:port/place`: etcd, by its HTTP API of version 2
 * - `arakoon://cluster/place?node=host:port&node=host:port`: Arakoon
 * - `memory:` or `memory:/place`: the memory of this process. Several hives share their entries when they are given one
 *   `MemoryStore`.
 *
 * The place is a path, such as `apps/shop`, and `hive` by default. Hives at different places share nothing.
 *
 * Rejects with a `UsageError` that names `url` or the option at fault, or as the store's own `open` does: with
 * `TIMEOUT` if there is no connection within 15 seconds (see its `openTimeout`).
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
export function openHive<T = unknown>(
  url: `memory:${string}`,
  options?: OpenHiveOptions<T, MemoryOptions>
): Promise<WatchableHive<T>>;
export function openHive<T = unknown>(
  url: `zk://${string}`,
  options?: OpenHiveOptions<T, ZooKeeperOptions>
): Promise<WatchableHive<T>>;
export function openHive<T = unknown>(
  url: `etcd://${string}`,
  options?: OpenHiveOptions<T, EtcdOptions>
): Promise<WatchableHive<T>>;
export function openHive<T = unknown>(
  url: `etcd2://${string}`,
  options?: OpenHiveOptions<T, EtcdV2Options>
): Promise<WatchableHive<T>>;
export function openHive<T = unknown>(
  url: `arakoon://${string}`,
  options?: OpenHiveOptions<T, ArakoonOptions>
): Promise<Hive<T, string> & OpenedHive>;
export function openHive<T = unknown>(url: string, options?: OpenHiveOptions<T>): Promise<AnyHive<T>>;
export async function openHive<T>(url: string, options: OpenHiveOptions<T> = {}): Promise<OpenedHive> {
  const { scheme, servers, place } = hiveUrl(url);
  const { codec, connection = {}, ...sizes } = knownKeys('options', options, OPTIONS);
  if (codec !== undefined) checkHiveCodec('options.codec', codec);
  const { store, close } = await connected(scheme, servers, place, optionsObject('options.connection', connection));
  try {
    const opened = hive<number | string, HiveCells<number | string>, T>(store, codec, sizes);
    const { cleanUps, settings } = partsOf<T, number | string>('hive', opened).ground;
    const closeCleaned = async () => {
      await lastValueFrom(cleanUps.done(settings.scheduler), { defaultValue: undefined });
      await close();
    };
    return Object.assign(opened, { close: closeCleaned, [Symbol.asyncDispose]: closeCleaned });
  } catch (error) {
    await close(); // an option of the hive is wrong, or its place
    throw namingUrl(error);
  }
}

/** Connects to a store. Its own client calls the options of the connection `options`. */
async function connected(scheme: HiveScheme, servers: string, place: string, connection: object): Promise<Opened> {
  try {
    return await OPENERS[scheme](servers, place, connection);
  } catch (error) {
    throw namingUrl(renamed(error, /^options\b/, 'options.connection'));
  }
}

/** The servers and the place are parts of the URL here. */
function namingUrl(error: unknown): unknown {
  return renamed(error, /^(servers|endpoints|cluster|directory)\b.*$/, 'url');
}
