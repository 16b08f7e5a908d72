import { throwError } from 'rxjs';
import type { Cluster } from '../../arakoon/cluster.js';
import { formatEndpoint } from '../../core/endpoint.js';
import { integer, knownKeys, patience, show } from '../../core/check.js';
import { ConnectError, UsageError } from '../../core/errors.js';
import type { Transport } from '../../core/link.js';
import { Listener } from '../host/listener.js';
import { memoryTransport } from '../host/memoryTransport.js';
import { ArakoonCore } from './arakoonCore.js';
import type { ArakoonNode } from './arakoonNode.js';
import {
  type ArakoonServerOptions,
  type ArakoonServerSettings,
  arakoonServerSettings,
} from './arakoonServerOptions.js';

/** Ports of nodes that listen nowhere. */
const PORT = 4000;
const LONGEST_LAG = 2 ** 31 - 1;

/**
 * An Arakoon cluster in this process: one node or several, in memory, for tests. It speaks the whole client protocol,
 * to any client, with the words and the limits of a real one; how the nodes agree among themselves is not a protocol
 * here.
 *
 * Without a node's name, a call is for all nodes.
 */
export class EmbeddedArakoon implements AsyncDisposable {
  readonly #settings: ArakoonServerSettings;
  readonly #core: ArakoonCore;
  readonly #listeners: ReadonlyMap<ArakoonNode, Listener>;

  /** @internal use `startArakoon`, or `arakoonInMemory` */
  constructor(options: ArakoonServerOptions, listens: boolean) {
    this.#settings = arakoonServerSettings(options);
    this.#core = new ArakoonCore(this.#settings);
    const { host, tls } = this.#settings;
    this.#listeners = new Map(listens ? this.#core.nodes.map((node) => [node, new Listener(node, host, 0, tls)]) : []);
    this.#core.nodes.forEach((node, i) => (node.port = PORT + i));
  }

  /** The addresses for a client. */
  get cluster(): Cluster {
    const { host, id } = this.#settings;
    return {
      id,
      nodes: Object.fromEntries(this.#core.nodes.map(({ name, port }) => [name, [formatEndpoint({ host, port })]])),
    };
  }

  /** The master, as the nodes see it; `undefined`: none. */
  get master(): string | undefined {
    return this.#core.mastership.known ?? undefined;
  }

  /** The last transaction. */
  get txid(): bigint {
    return BigInt(this.#core.agreed.txid);
  }

  /** Makes a node the master, now; `undefined`: none, until this is called again. Updates that waited are answered. */
  electMaster(name: string | undefined): void {
    this.#core.mastership.elect(name === undefined ? undefined : this.#node(name));
  }

  /** The entries of the cluster, or of the named node, in the order of the keys, which are shown as text. */
  entries(node?: string): ReadonlyMap<string, Uint8Array> {
    return this.#core.entries(node === undefined ? undefined : this.#node(node).store);
  }

  /** How many clients are connected. */
  connections(node?: string): number {
    return this.#nodes(node).reduce((sum, { connections }) => sum + connections.size, 0);
  }

  /** Lets a node be so many transactions behind, while it is not the master. */
  lag(transactions: number, node?: string): void {
    const lag = integer('transactions', transactions, 0, LONGEST_LAG);
    for (const each of this.#nodes(node)) each.lag = lag;
    this.#core.catchUp();
  }

  /** A transport that leads here without a socket: for `connect(…, { transport, scheduler })`. */
  transport(options: { readonly latency?: number } = {}): Transport {
    const { latency = 0 } = knownKeys('options', options, ['latency']);
    patience('options.latency', latency);
    return (endpoint) => {
      const node = this.#core.nodes.find(({ port }) => port === endpoint.port);
      if (node !== undefined) return memoryTransport(node, this.#settings.scheduler, latency)(endpoint);
      return throwError(() => new ConnectError(`${formatEndpoint(endpoint)} refused`));
    };
  }

  /** Cuts every connection. */
  drop(node?: string): void {
    for (const each of this.#nodes(node)) each.drop();
  }

  /** Freezes: connections stay open, and hear nothing. Where a majority is gone, there is soon no master. */
  pause(node?: string): void {
    for (const each of this.#nodes(node)) each.paused = true;
    this.#core.mastership.review();
  }

  /** The end of {@link pause}. */
  resume(node?: string): void {
    for (const each of this.#nodes(node)) each.paused = false;
    this.#review();
    for (const each of this.#nodes(node)) each.resume();
  }

  /**
   * Stops a node: it accepts no clients and cuts those that are connected, until {@link accept}. It keeps its data.
   */
  async refuse(node?: string): Promise<void> {
    const nodes = this.#nodes(node);
    for (const each of nodes) each.accepting = false;
    // before clients notice anything
    const closed = nodes.map((each) => this.#listeners.get(each)?.close() ?? Promise.resolve());
    for (const each of nodes) each.drop();
    this.#core.mastership.review();
    await Promise.all(closed);
  }

  /** Listens, again, on the same port. */
  async accept(node?: string): Promise<void> {
    for (const each of this.#nodes(node)) {
      const listener = this.#listeners.get(each);
      await listener?.listen();
      each.port = listener?.port ?? each.port;
      each.accepting = true;
      each.goingDown = false;
    }
    this.#review();
  }

  /** A node that is going down: it cuts who is connected, and tells who comes why not, until {@link accept}. */
  goDown(node?: string): void {
    for (const each of this.#nodes(node)) {
      each.goingDown = true;
      each.drop();
    }
    this.#core.mastership.review();
  }

  /** The end: connections are cut. */
  async stop(): Promise<void> {
    await this.refuse();
    this.#core.mastership.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #review(): void {
    this.#core.catchUp();
    this.#core.mastership.review();
  }

  #nodes(name: string | undefined): readonly ArakoonNode[] {
    return name === undefined ? this.#core.nodes : [this.#node(name)];
  }

  #node(name: string): ArakoonNode {
    const node = this.#core.node(name);
    if (node === undefined)
      throw new UsageError('node', `must be one of ${this.#settings.nodes.join(', ')}, not ${show(name)}`);
    return node;
  }
}
