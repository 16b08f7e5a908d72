import type { Socket } from 'node:net';
import { type Observable, type SchedulerLike, Subject, asyncScheduler, takeUntil } from 'rxjs';
import { bytes, callable, clock, oneOf } from '../../core/check.js';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import type { Direction, Rewrite } from './proxyTypes.js';
import type { FaultStep } from './faultStep.js';
import type { Faults } from './faults.js';
import { playScript } from './playScript.js';
import { ProxyConnection } from './proxyConnection.js';
import { ProxyListener } from './proxyListener.js';
import { type ProxyOptions, type ProxySettings, endpointOf, proxySettings } from './proxyOptions.js';
import { ProxyRules } from './proxyRules.js';
import { seededRandom } from './seededRandom.js';
import { whole } from './whole.js';

/**
 * A port of this machine that leads to a server, over a network as bad as one likes. Resolves when it listens; rejects
 * with a `UsageError` about an option, or with a `ConnectError` when it cannot listen there.
 *
 * @example
 * import { open } from 'quorum-rx';
 * import { faultProxy } from 'quorum-rx/testing';
 *
 * await using proxy = await faultProxy({ target: '127.0.0.1:2181', latency: 20, jitter: 10 });
 * await using zk = await open(proxy.connectString);
 * zk.state$.subscribe(({ kind }) => console.log(kind));
 * proxy.cut(); // suspended, and connected again
 */
export async function faultProxy(options: ProxyOptions): Promise<FaultProxy> {
  const settings = proxySettings(options);
  const proxy = new FaultProxy(settings);
  await proxy.accept();
  // no caller can catch its error, so it is uncaught
  if (settings.script !== undefined) void proxy.play(settings.script).forEach(() => {});
  return proxy;
}

/**
 * A TCP proxy that makes the faults of networks. Bytes are never reordered; who does not read holds the sender back.
 *
 * @example
 * async function loseTheReply(proxy: FaultProxy, write: () => Promise<void>) {
 *   const cut = proxy.cutAfter(0, 'toClient');
 *   await Promise.allSettled([cut, write()]); // it was done, and its reply was lost
 *   console.log(proxy.accepted, proxy.bytes.toServer);
 * }
 */
export class FaultProxy implements Faults, AsyncDisposable {
  /** Where all of its randomness comes from: the same seed and the same chunks give the same jitter. */
  readonly seed: number;
  /** Sees every chunk as it arrives, and may change it. Can be set at any time. */
  rewrite: Rewrite | undefined;
  readonly #rules: Readonly<Record<Direction, ProxyRules>> = { toClient: new ProxyRules(), toServer: new ProxyRules() };
  readonly #open = new Set<ProxyConnection>();
  readonly #cuts = new Set<() => void>();
  readonly #stopped$ = new Subject<void>();
  readonly #random: () => number;
  readonly #listener: ProxyListener;
  #target: Endpoint;
  #accepted = 0;

  /** @internal use `faultProxy` */
  constructor({ target, host, port, seed, latency, jitter, bandwidth, pieces, rewrite }: ProxySettings) {
    this.seed = seed;
    this.rewrite = rewrite;
    this.#target = target;
    this.#random = seededRandom(seed);
    this.#listener = new ProxyListener({ host, port }, (client) => this.#join(client));
    for (const rules of this.#of('both'))
      Object.assign(rules, { delay: latency, jitter, bandwidth, pieceSize: pieces });
  }

  get host(): string {
    return this.#listener.endpoint.host;
  }

  get port(): number {
    return this.#listener.endpoint.port;
  }

  /** Where clients find it: `127.0.0.1:52311`. */
  get connectString(): string {
    return formatEndpoint(this.#listener.endpoint);
  }

  /** Where new connections lead. Can be set at any time, as when a server has moved; `'host:port'` will do. */
  get target(): Endpoint {
    return this.#target;
  }

  set target(target: Endpoint | string) {
    this.#target = endpointOf('target', target);
  }

  /** How many connections it has ever accepted. */
  get accepted(): number {
    return this.#accepted;
  }

  /** How many clients are connected. */
  get connections(): number {
    return [...this.#open].filter(({ isOpen }) => isOpen).length;
  }

  /** How many bytes have gone through. */
  get bytes(): Readonly<Record<Direction, number>> {
    return { toClient: this.#rules.toClient.bytes, toServer: this.#rules.toServer.bytes };
  }

  cut(): void {
    for (const connection of this.#open) connection.reset();
  }

  close(): void {
    for (const connection of this.#open) connection.end();
  }

  dropConnections(): void {
    for (const connection of this.#open) connection.lose();
  }

  /**
   * Lets exactly so many more bytes through in a direction, counted over all connections, then resets them all. With 0,
   * the first byte that would go through resets them: a reply is lost whole. Resolves when that has happened, which it
   * never does after `heal()`.
   */
  cutAfter(bytes: number, direction: Direction): Promise<void> {
    return new Promise((done) => {
      whole('bytes', bytes);
      const disarm = this.#rules[oneOf('direction', direction, ['toClient', 'toServer'])].mark(bytes, () => {
        this.#cuts.delete(disarm);
        this.cut();
        done();
      });
      this.#cuts.add(disarm);
    });
  }

  stall(direction: Direction | 'both' = 'both', how: 'hold' | 'drop' = 'hold'): void {
    this.#set(direction, { state: oneOf('how', how, ['hold', 'drop']) });
  }

  flow(direction: Direction | 'both' = 'both'): void {
    this.#set(direction, { state: 'flow' });
  }

  delay(ms: number, jitter = 0): void {
    this.#set('both', { delay: whole('ms', ms), jitter: whole('jitter', jitter) });
  }

  split(bytes: number, direction: Direction | 'both' = 'both'): void {
    this.#set(direction, { pieceSize: whole('bytes', bytes) });
  }

  bandwidth(bytesPerSecond: number, direction: Direction | 'both' = 'both'): void {
    this.#set(direction, { bandwidth: whole('bytesPerSecond', bytesPerSecond) });
  }

  refuse(): void {
    this.#listener.close();
  }

  accept(): Promise<void> {
    return this.#listener.open();
  }

  heal(): Promise<void> {
    this.rewrite = undefined;
    for (const disarm of this.#cuts) disarm();
    this.#cuts.clear();
    this.#set('both', { state: 'flow', delay: 0, jitter: 0, bandwidth: 0, pieceSize: 0 });
    return this.accept();
  }

  /**
   * Performs the steps of a script, one after the other, from its beginning for each subscriber.
   *
   * - **Emits** each step, when it has been performed.
   * - **Completes** after the last, or when the proxy is stopped.
   * - **Errors** with a `UsageError` about a step (in an array, before any is performed), or when `accept()` does.
   * - **Unsubscribing** stops it. The faults that its steps have set stay, until `heal()`.
   *
   * @example
   * await using proxy = await faultProxy({ target: '127.0.0.1:2181' });
   * const outage$ = proxy.play([{ refuse: true, cut: true }, { after: 3000, accept: true }]);
   * outage$.subscribe({ complete: () => console.log('back again') });
   * @param scheduler turns the time of `after`
   */
  play(script: Iterable<FaultStep>, scheduler: SchedulerLike = asyncScheduler): Observable<FaultStep> {
    return playScript(script, { faults: this, scheduler: clock('scheduler', scheduler), rules: this.#rules }).pipe(
      takeUntil(this.#stopped$)
    );
  }

  /** The end of the proxy, of all its connections, and of the scripts that play. Resolves when its port is free. */
  async stop(): Promise<void> {
    this.#stopped$.next();
    this.refuse();
    this.cut();
    await Promise.all([...this.#open].map(({ closed }) => closed));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #of(direction: Direction | 'both'): ProxyRules[] {
    return oneOf('direction', direction, ['toClient', 'toServer', 'both']) === 'both'
      ? Object.values(this.#rules)
      : [this.#rules[direction as Direction]];
  }

  #set(
    direction: Direction | 'both',
    rule: Partial<Pick<ProxyRules, 'state' | 'delay' | 'jitter' | 'bandwidth' | 'pieceSize'>>
  ): void {
    for (const rules of this.#of(direction)) Object.assign(rules, rule);
    for (const connection of this.#open) connection.go();
  }

  #join(client: Socket): void {
    const number = ++this.#accepted;
    const rewrite = (chunk: Buffer, direction: Direction) =>
      this.rewrite === undefined
        ? chunk
        : Buffer.from(bytes('rewrite', callable('rewrite', this.rewrite)(chunk, direction, number)));
    const connection = new ProxyConnection(client, this.#target, { rules: this.#rules, rewrite, random: this.#random });
    this.#open.add(connection);
    void connection.closed.then(() => this.#open.delete(connection));
  }
}
