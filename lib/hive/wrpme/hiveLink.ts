import { type Observable, lastValueFrom } from 'rxjs';
import { callable, having, integer, knownKeys, oneOf } from '../../core/check.js';
import type { HiveCodec } from '../codecs/hiveCodec.js';
import { type OpenHiveOptions, openHive } from '../open/openHive.js';
import { HIVE_OPTIONS } from '../options.js';
import { exceptionOf } from './exceptionOf.js';
import { InvalidCommand, InvalidInput } from './wrpmeException.js';

/** The part of a hive that the clients of wrpme use. */
export interface WrpmeHive<T> {
  put(alias: string, value: T): Observable<unknown>;
  get(alias: string): Observable<T>;
  getRaw(alias: string): Observable<Uint8Array>;
  update(alias: string, value: T): Observable<unknown>;
  delete(alias: string): Observable<unknown>;
}

/** Opens the hive of a URL. */
export type WrpmeOpener = <T>(
  url: string,
  options: OpenHiveOptions<T>
) => Promise<WrpmeHive<T> & { close(): Promise<void> }>;

/** How a client of wrpme finds its hive, and the options of that. */
export interface WrpmeOptions extends Omit<OpenHiveOptions<unknown>, 'codec'> {
  /** The store at a host that has no `scheme://` in front. Default `'zk'`, ZooKeeper. */
  readonly store?: 'zk' | 'etcd' | 'etcd2';
  /** Opens the hive. Default: `openHive` of `quorum-rx/hive`. */
  readonly open?: WrpmeOpener;
}

interface Linked<T> {
  readonly hive: WrpmeHive<T>;
  close(): Promise<void>;
}

const OPTIONS = [...HIVE_OPTIONS, 'connection', 'store', 'open'];
const METHODS = ['put', 'get', 'getRaw', 'update', 'delete'];
const HAS_SCHEME = /^(memory:|[a-z0-9+.-]+:\/\/)/i;

/** The hive of a client: given, or opened with the first request. */
export class HiveLink<T> {
  readonly #open: () => Promise<Linked<T>>;
  #opened: Promise<Linked<T>> | undefined;
  #isClosed = false;

  /** Throws an exception of wrpme where an argument is wrong. */
  constructor(hive: string | WrpmeHive<T>, port: number | undefined, codec: HiveCodec<T>, wrpmeOptions: WrpmeOptions) {
    const { store, open, ...options } = withExceptions(() => checked(wrpmeOptions));
    if (typeof hive !== 'string') {
      const given = withExceptions(() => having('host', hive, 'a host, the URL of a hive, or a hive', METHODS));
      this.#open = () => Promise.resolve({ hive: given, close: () => Promise.resolve() });
      return;
    }
    const url = withExceptions(() => urlOf(hive, port, store));
    this.#open = async () => {
      const opened = await open<T>(url, { ...options, codec });
      return { hive: opened, close: () => opened.close() };
    };
  }

  /** Opens the hive. After a failure, the next call tries again. */
  async connect(): Promise<WrpmeHive<T>> {
    if (this.#isClosed) throw new InvalidCommand('the client is closed');
    const opened = (this.#opened ??= this.#open());
    try {
      return (await opened).hive;
    } catch (error) {
      if (this.#opened === opened) this.#opened = undefined;
      throw exceptionOf(error);
    }
  }

  /** Does a request. Rejects with an exception of wrpme. */
  async ask<R>(request: (hive: WrpmeHive<T>) => Observable<R>): Promise<R> {
    const hive = await this.connect();
    try {
      return (await lastValueFrom(request(hive), { defaultValue: undefined })) as R;
    } catch (error) {
      throw exceptionOf(error);
    }
  }

  /** Closes the hive, if this link has opened it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const opened = this.#opened;
    this.#opened = undefined;
    const link = await opened?.catch(() => undefined); // the request that opened it has rejected
    await link?.close();
  }
}

function checked(options: WrpmeOptions) {
  const { store = 'zk', open = openHive, ...others } = knownKeys('options', options, OPTIONS);
  oneOf('options.store', store, ['zk', 'etcd', 'etcd2']);
  callable('options.open', open);
  return { store, open, ...others };
}

function urlOf(host: string, port: number | undefined, store: string): string {
  if (port !== undefined) integer('port', port, 1, 65_535);
  if (HAS_SCHEME.test(host)) return host;
  if (host === '') throw new InvalidInput('host: must not be empty');
  return port === undefined ? `${store}://${host}` : `${store}://${host}:${port}`;
}

function withExceptions<R>(work: () => R): R {
  try {
    return work();
  } catch (error) {
    throw exceptionOf(error);
  }
}
