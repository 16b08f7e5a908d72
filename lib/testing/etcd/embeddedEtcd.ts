import type { Observable } from 'rxjs';
import { integer, knownKeys, patience, show } from '../../core/check.js';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import { UsageError } from '../../core/errors.js';
import type { Http1Client } from '../../core/http1Client.js';
import type { EtcdV2Transport } from '../../etcd/v2/options.js';
import type { Carrier } from '../../etcd/v3/carrier.js';
import type { EtcdTransport } from '../../etcd/v3/options.js';
import type { EtcdMember } from './cluster/etcdMember.js';
import { EtcdCore } from './etcdCore.js';
import { type EtcdServerOptions, etcdServerSettings } from './etcdServerOptions.js';
import { InspectedEtcd } from './inspectedEtcd.js';
import { EtcdListener } from './io/etcdListener.js';
import { memoryCarrier } from './memory/memoryCarrier.js';
import { type DialV2, memoryHttp1 } from './memory/memoryHttp1.js';
import { type MemoryLine, steadyLine } from './memory/memoryLine.js';

/** Ports of members that listen nowhere. */
const PORT = 2379;

/**
 * An etcd cluster in this process: one member or several, in memory, for tests. It answers any client of version 3, and
 * of version 2, in the words and with the limits of a real one. Its members agree without a protocol.
 *
 * Without a member's name, a call is for all members.
 */
export class EmbeddedEtcd extends InspectedEtcd implements AsyncDisposable {
  readonly #core: EtcdCore;
  readonly #listeners: ReadonlyMap<EtcdMember, EtcdListener>;

  /** @internal use `startEtcd`, or `etcdInMemory` */
  constructor(options: EtcdServerOptions, listens: boolean) {
    const core = new EtcdCore(etcdServerSettings(options));
    super(core);
    this.#core = core;
    this.#listeners = new Map(listens ? core.members.map((member) => [member, new EtcdListener(core, member)]) : []);
    if (!listens) core.members.forEach((member, i) => (member.port = PORT + i));
  }

  /** The addresses for a client, as in `['127.0.0.1:40123']`: one for each member, in their order. */
  get endpoints(): readonly string[] {
    const { host } = this.#core.settings;
    return this.#core.members.map(({ port }) => formatEndpoint({ host, port }));
  }

  /** How many clients are connected. */
  connections(member?: string): number {
    return this.#members(member).reduce((sum, { connections }) => sum + connections.size, 0);
  }

  /**
   * A transport that leads here without a socket: for `connect(server.endpoints, { transport, scheduler })`.
   *
   * @param options `latency`: milliseconds that every message takes, in each direction. Default 0.
   */
  transport(options: { readonly latency?: number } = {}): EtcdTransport {
    const { latency = 0 } = knownKeys('options', options, ['latency']);
    patience('options.latency', latency);
    const { scheduler } = this.#core.settings;
    return (endpoint) => memoryCarrier(this.#core, endpoint, steadyLine(scheduler, latency));
  }

  /**
   * The same for version 2: for `connectV2(server.endpoints, { transport, scheduler })`.
   *
   * @param options `latency`: milliseconds that every message takes, in each direction. Default 0.
   */
  transportV2(options: { readonly latency?: number } = {}): EtcdV2Transport {
    const { latency = 0 } = knownKeys('options', options, ['latency']);
    patience('options.latency', latency);
    const { scheduler } = this.#core.settings;
    return () => memoryHttp1(this.#core, () => steadyLine(scheduler, latency));
  }

  /** @internal A connection over a line of the caller's, with faults of its own. */
  dial(endpoint: Endpoint, line: MemoryLine, faults: EtcdServerOptions['faults']): Observable<Carrier> {
    return memoryCarrier(this.#core, endpoint, line, faults);
  }

  /** @internal The same for version 2: each request has a line of the caller's. */
  dialV2(dial: DialV2, faults: EtcdServerOptions['faults']): Observable<Http1Client> {
    return memoryHttp1(this.#core, dial, faults);
  }

  /** Makes a member the leader, now; `undefined`: there is none, until this is called again. */
  electLeader(member: string | undefined): void {
    this.#core.leadership.elect(member === undefined ? undefined : this.#member(member));
  }

  /**
   * Splits the network: these members are cut off from the others. Clients still reach all. The side with a majority
   * elects a leader after the election timeout, if it has none.
   */
  partition(...members: readonly string[]): void {
    const apart = new Set(members.map((name) => this.#member(name)));
    for (const member of this.#core.members) member.side = apart.has(member) ? 1 : 0;
    this.#core.leadership.review();
  }

  /** The end of {@link partition}. */
  heal(): void {
    this.partition();
  }

  /** Freezes: connections stay open, and hear nothing. The others notice it after the election timeout. */
  pause(member?: string): void {
    for (const each of this.#members(member)) {
      each.paused = true;
      this.#listeners.get(each)?.hold();
    }
    this.#core.leadership.review();
  }

  /** The end of {@link pause}. */
  resume(member?: string): void {
    for (const each of this.#members(member)) each.paused = false;
    this.#core.leadership.review();
    for (const each of this.#members(member)) this.#listeners.get(each)?.release();
  }

  /** Cuts every connection. */
  drop(member?: string): void {
    for (const each of this.#members(member)) each.drop();
  }

  /** Tells clients to send no new calls on their connections (`GOAWAY`). Calls under way go on. */
  goAway(member?: string): void {
    for (const each of this.#members(member)) this.#listeners.get(each)?.goAway();
  }

  /** Stops members: they accept no clients and cut those that are connected, until {@link accept}. */
  async refuse(member?: string): Promise<void> {
    const members = this.#members(member);
    for (const each of members) each.accepting = false;
    const closed = members.map((each) => this.#listeners.get(each)?.close() ?? Promise.resolve());
    for (const each of members) each.drop();
    this.#core.leadership.review();
    await Promise.all(closed);
  }

  /** Listens, again, on the same port. */
  async accept(member?: string): Promise<void> {
    for (const each of this.#members(member)) {
      const listener = this.#listeners.get(each);
      if (listener !== undefined) await listener.listen(); // without one, all is done when this returns
      each.accepting = true;
    }
    this.#core.leadership.review();
  }

  /** Forgets the history before a revision. Default: before the newest one. */
  compact(revision: number = this.revision): void {
    const { store } = this.#core;
    store.compact(integer('revision', revision, store.compacted + 1, store.revision));
  }

  /** Lets a lease run out, now: its keys are deleted. Does nothing if there is no such lease. */
  expireLease(id: bigint): void {
    if (this.#core.leases.get(id) !== undefined) this.#core.revokeLease(id);
  }

  /** Lets all tokens run out, now. */
  expireTokens(): void {
    this.#core.auth.tokens.end();
  }

  /** Whether watchers are told of each event twice, as by servers before 3.4.24 and 3.5.8. */
  get repeatsEvents(): boolean {
    return this.#core.repeatsEvents;
  }
  set repeatsEvents(repeats: boolean) {
    this.#core.repeatsEvents = repeats;
  }

  /** Whether writes are refused with `NO_SPACE`, as after the quota was exceeded. It raises and clears the alarm. */
  get full(): boolean {
    return this.#core.alarms.has('no-space');
  }
  set full(full: boolean) {
    const { alarms, members } = this.#core;
    for (const { id } of members) alarms[full ? 'raise' : 'clear']({ memberId: id, alarm: 'no-space' });
  }

  /** The end: connections are cut. */
  async stop(): Promise<void> {
    await this.refuse();
    this.#core.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #members(name: string | undefined): readonly EtcdMember[] {
    return name === undefined ? this.#core.members : [this.#member(name)];
  }

  #member(name: string): EtcdMember {
    const member = this.#core.member(name);
    if (member !== undefined) return member;
    const names = this.#core.members.map((each) => each.name);
    throw new UsageError('member', `must be one of ${names.join(', ')}, not ${show(name)}`);
  }
}
