import { flag, knownKeys, patience } from '../../core/check.js';
import { isCoordinationError } from '../../core/errors.js';
import type { Transport } from '../../core/link.js';
import { checkPath } from '../../zookeeper/path.js';
import type { Acl, Stat } from '../../zookeeper/types.js';
import { type Stored, readDataFile, writeDataFile } from './dataFile.js';
import { Listener } from '../host/listener.js';
import { memoryTransport } from '../host/memoryTransport.js';
import { ZooKeeperCore } from './zooKeeperCore.js';
import {
  type ZooKeeperServerOptions,
  type ZooKeeperServerSettings,
  zooKeeperServerSettings,
} from './zooKeeperServerOptions.js';
import { publicStat } from './store/nodeStat.js';

/** How long after a change the data file is written, in milliseconds: many changes, one writing. */
const WRITE_AFTER = 100;

/** A node, as {@link EmbeddedZooKeeper.tree} shows it. */
export interface EmbeddedNode {
  readonly data: Uint8Array | null;
  readonly acl: readonly Acl[];
  readonly stat: Stat;
}

/**
 * A ZooKeeper server in this process: one node, in memory, for tests and demonstrations. It speaks the whole client
 * protocol, to any client. It is no place for data that matters: in production, run an ensemble of real servers.
 */
export class EmbeddedZooKeeper implements AsyncDisposable {
  readonly #settings: ZooKeeperServerSettings;
  readonly #listener: Listener;
  readonly #core: ZooKeeperCore;
  readonly #listens: boolean;
  #written: number | undefined;
  #writing: { unsubscribe(): void } | undefined;

  /**
   * @internal use `startZooKeeper`, or `zooKeeperInMemory`
   * @param initial the first content, where there is no data file
   */
  constructor(options: ZooKeeperServerOptions, listens: boolean, initial?: Stored) {
    this.#listens = listens;
    this.#settings = zooKeeperServerSettings(options);
    const { dataFile, host, port, tls } = this.#settings;
    const stored = dataFile === undefined ? initial : readDataFile(dataFile);
    this.#core = new ZooKeeperCore(this.#settings, stored);
    this.#written = stored?.zxid;
    this.#listener = new Listener(this.#core, host, port, tls);
    if (dataFile === undefined) return;
    this.#write(); // if there is no file yet: a place that cannot be written is reported now
    this.#core.onChange = () => this.#writeSoon();
  }

  /** Where clients find it: `127.0.0.1:52311`. */
  get connectString(): string {
    const { host } = this.#settings;
    return `${host.includes(':') ? `[${host}]` : host}:${this.#listener.port}`;
  }

  get port(): number {
    return this.#listener.port;
  }

  /** How many clients are connected. */
  get connections(): number {
    return this.#core.connections.size;
  }

  /** The ids of the sessions that live, connected or not. */
  get sessions(): readonly bigint[] {
    return [...this.#core.sessions].map(({ id }) => id);
  }

  /** The newest transaction. */
  get zxid(): bigint {
    return BigInt(this.#core.state.zxid);
  }

  /** Whether it serves as a server that has lost its quorum. Setting it drops all connections. */
  get readOnly(): boolean {
    return this.#core.readOnly;
  }

  set readOnly(readOnly: boolean) {
    this.#core.readOnly = flag('readOnly', readOnly);
  }

  /**
   * The nodes at and below a path, by their paths; none where there is no such node. The server's own are left out,
   * unless they are asked for.
   */
  tree(path = '/'): ReadonlyMap<string, EmbeddedNode> {
    checkPath(path);
    const below = path === '/' ? '/' : `${path}/`;
    const own = this.#settings.profile === undefined ? /^\/zookeeper(\/|$)/ : /^\/keeper(\/|$)/;
    const wanted = (each: string) => (each === path || each.startsWith(below)) && (own.test(path) || !own.test(each));
    const found = new Map<string, EmbeddedNode>();
    for (const [each, node] of this.#core.state.tree.nodes)
      if (wanted(each)) found.set(each, { data: node.data, acl: node.acl, stat: publicStat(node) });
    return found;
  }

  /** A transport that leads here without a socket, whatever the address: for `connect(…, { transport, scheduler })`. */
  transport(options: { readonly latency?: number } = {}): Transport {
    const { latency = 0 } = knownKeys('options', options, ['latency']);
    return memoryTransport(this.#core, this.#settings.scheduler, patience('options.latency', latency));
  }

  /**
   * Lets a session end now, as if its client had been silent for too long. Returns whether it was alive. Throws a
   * `UsageError` for an id that this server has never given.
   */
  expire(sessionId: bigint): boolean {
    return this.#core.expire(sessionId);
  }

  /** Cuts every connection. Sessions stay: clients come back to them. */
  drop(): void {
    this.#core.drop();
  }

  /**
   * Freezes the server: connections stay open, and hear nothing. No session ends meanwhile. A second call changes
   * nothing.
   */
  pause(): void {
    this.#core.pause();
  }

  /** The end of {@link pause}. Sessions start over, as after a restart. Without a pause it does nothing. */
  resume(): void {
    this.#core.resume();
  }

  /**
   * Accepts no clients and cuts those that are connected, until {@link accept}. The tree and the sessions are kept.
   */
  async refuse(): Promise<void> {
    this.#core.accepting = false;
    const closed = this.#listener.close(); // before clients notice anything
    this.#core.drop();
    this.#core.pause();
    await closed;
  }

  /** Listens, again, on the same port. */
  async accept(): Promise<void> {
    if (this.#listens) await this.#listener.listen();
    this.#core.port = this.#listener.port;
    this.#core.accepting = true;
    this.#core.resume();
  }

  /** Does the same to clients as a restart: cuts connections, keeps the tree and the sessions. */
  async restart(): Promise<void> {
    await this.refuse();
    await this.accept();
  }

  /**
   * The end: connections are cut, and the data file, if there is one, is written. Rejects with a `ConnectError` where
   * it cannot be.
   */
  async stop(): Promise<void> {
    await this.refuse();
    this.#write();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #writeSoon(): void {
    if (this.#written === this.#core.state.zxid || this.#writing !== undefined) return;
    this.#writing = this.#settings.scheduler.schedule(() => this.#tryToWrite(), WRITE_AFTER);
  }

  /** Writes the file. A failure is tried again after the next change, and by `stop`, which reports it. */
  #tryToWrite(): void {
    try {
      this.#write();
    } catch (error) {
      if (!isCoordinationError(error)) throw error;
    }
  }

  #write(): void {
    this.#writing?.unsubscribe();
    this.#writing = undefined;
    const { dataFile } = this.#settings;
    const { state, sessions } = this.#core;
    if (dataFile === undefined || this.#written === state.zxid) return;
    writeDataFile(dataFile, {
      tree: state.tree,
      zxid: state.zxid,
      sessions: [...sessions].map(({ id, timeout }) => [id, timeout]),
    });
    this.#written = state.zxid;
  }
}
