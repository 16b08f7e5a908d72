import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePorts } from './freePorts.js';
import { ProxyLane } from './proxyLane.js';
import { type Direction, ProxyRules } from './proxyRules.js';

export type { Direction } from './proxyRules.js';

/** Changes the bytes of a chunk; none is fine. Connections are numbered from 1, in the order in which they came. */
export type Rewrite = (bytes: Buffer, direction: Direction, connection: number) => Uint8Array;

/** A port of 127.0.0.1 that leads to another, until told otherwise. */
export async function startFaultProxy(target: { host: string; port: number }, rewrite?: Rewrite): Promise<FaultProxy> {
  for (;;) {
    const [port] = (await freePorts(1)) as [number];
    const proxy = new FaultProxy(port, target);
    if (rewrite) proxy.rewrite = rewrite;
    try {
      await proxy.accept();
      return proxy;
    } catch (reason) {
      if ((reason as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw reason;
    }
  }
}

interface Connection {
  readonly client: Socket;
  readonly server: Socket;
  readonly lanes: readonly ProxyLane[];
}

/** A TCP proxy that makes the faults of networks. What is set holds for connections to come as well. */
export class FaultProxy implements AsyncDisposable {
  readonly host = '127.0.0.1';
  readonly port: number;
  /** Can be changed at any time, as when a server has moved. */
  target: { host: string; port: number };
  /** Sees every chunk as it arrives. */
  rewrite: Rewrite | undefined;
  /** How many connections it has ever accepted. */
  accepted = 0;
  readonly #rules: Record<Direction, ProxyRules> = { toClient: new ProxyRules(), toServer: new ProxyRules() };
  readonly #open = new Set<Connection>();
  #listener: Server | undefined;

  constructor(port: number, target: { host: string; port: number }) {
    this.port = port;
    this.target = target;
  }

  get connectString(): string {
    return `${this.host}:${this.port}`;
  }

  /** How many clients are connected. */
  get connections(): number {
    return [...this.#open].filter(({ client }) => !client.destroyed).length;
  }

  /** How many bytes have gone through. */
  get bytes(): Readonly<Record<Direction, number>> {
    return { toClient: this.#rules.toClient.bytes, toServer: this.#rules.toServer.bytes };
  }

  /** Resets all connections, at both ends; what was under way is lost. */
  cut(): void {
    for (const { client, server } of this.#open) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** Ends all connections in good order, at both ends; what was under way is lost. */
  close(): void {
    for (const { client, server } of this.#open) {
      client.destroySoon();
      server.destroySoon();
    }
  }

  /**
   * Lets exactly so many more bytes through in a direction, then resets all connections. With 0, the first byte that
   * would have gone through is what resets them: a reply is lost whole. Resolves when that has happened.
   */
  cutAfter(bytes: number, direction: Direction): Promise<void> {
    return new Promise((done) => {
      this.#rules[direction].allow(bytes, () => {
        this.cut();
        done();
      });
    });
  }

  /**
   * A link that is open and gives nothing. With `'hold'` the bytes are delivered when it flows again; with `'drop'`
   * they are lost, which no TCP would do, but a server between the two might. Ends and resets wait in both.
   */
  stall(direction: Direction | 'both' = 'both', how: 'hold' | 'drop' = 'hold'): void {
    for (const rules of this.#of(direction)) rules.state = how;
    this.#go();
  }

  /** The end of {@link stall}. */
  flow(direction: Direction | 'both' = 'both'): void {
    for (const rules of this.#of(direction)) rules.state = 'flow';
    this.#go();
  }

  /** Every chunk takes so many milliseconds, give or take `jitter`; their order stays. 0 is the end of it. */
  delay(ms: number, jitter = 0, random: () => number = Math.random): void {
    for (const rules of this.#of('both')) Object.assign(rules, { delay: ms, jitter, random });
  }

  /** Sends packets of so many bytes; 0 is as they come. */
  split(bytes: number, direction: Direction | 'both' = 'both'): void {
    for (const rules of this.#of(direction)) rules.pieceSize = bytes;
  }

  /** New connections are refused. Those that are open stay. */
  refuse(): void {
    this.#listener?.close();
    this.#listener = undefined;
  }

  /** New connections are accepted, again. */
  accept(): Promise<void> {
    if (this.#listener) return Promise.resolve();
    const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#join(client));
    this.#listener = listener;
    return new Promise((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(this.port, this.host, resolve);
    });
  }

  /** The end of all faults. */
  async heal(): Promise<void> {
    this.rewrite = undefined;
    this.delay(0);
    this.split(0);
    for (const rules of this.#of('both')) rules.disarm();
    this.flow();
    await this.accept();
  }

  /** The end of the proxy and of all its connections. */
  async stop(): Promise<void> {
    const listener = this.#listener;
    const closed = listener ? new Promise((done) => listener.once('close', done)) : undefined;
    this.refuse();
    this.cut();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #of(direction: Direction | 'both'): ProxyRules[] {
    return direction === 'both' ? Object.values(this.#rules) : [this.#rules[direction]];
  }

  #go(): void {
    for (const { lanes } of this.#open) for (const lane of lanes) lane.go();
  }

  #join(client: Socket): void {
    const number = ++this.accepted;
    const server = connect({ ...this.target, allowHalfOpen: true, noDelay: true });
    const rewriting = (direction: Direction) => (bytes: Buffer) => this.rewrite?.(bytes, direction, number) ?? bytes;
    const connection: Connection = {
      client,
      server,
      lanes: [
        new ProxyLane(client, server, this.#rules.toServer, rewriting('toServer')),
        new ProxyLane(server, client, this.#rules.toClient, rewriting('toClient')),
      ],
    };
    this.#open.add(connection);
    for (const socket of [client, server]) {
      socket.on('error', () => {}); // 'close' follows, and tells
      socket.once('close', () => client.destroyed && server.destroyed && this.#open.delete(connection));
    }
  }
}
