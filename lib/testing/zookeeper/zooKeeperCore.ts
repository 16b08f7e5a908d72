import { createHmac } from 'node:crypto';
import type { SchedulerLike, Subscription } from 'rxjs';
import { show } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';
import type { JuteReader } from '../../zookeeper/protocol/juteReader.js';
import { ZooKeeperConnection } from './zooKeeperConnection.js';
import type { Stored } from './dataFile.js';
import { fourLetterAnswer } from './fourLetterAnswer.js';
import { reap } from './reaper.js';
import { WITHHOLDS_EVENTS, hasFix } from './request/versionFixes.js';
import type { Admission, Guest, ZooKeeperHost } from './zooKeeperHost.js';
import type { ZooKeeperServerSettings } from './zooKeeperServerOptions.js';
import { ServerState } from './serverState.js';
import { type ServerSession, SessionTable } from './session/sessionTable.js';
import type { Wire } from '../host/wire.js';

const UPPER_HALF = 4294967296;
const EMPTY_SECRET = 'quorum-rx'; // a server for tests: a session is found again after a restart

/** The server, without a socket: sessions, connections and data. */
export class ZooKeeperCore implements ZooKeeperHost {
  readonly settings: ZooKeeperServerSettings;
  readonly state: ServerState;
  readonly sessions: SessionTable;
  readonly connections = new Set<ZooKeeperConnection>();
  readonly #bySession = new Map<bigint, ZooKeeperConnection>();
  /** Connections with something to send. */
  readonly unflushed = new Set<Guest>();
  readonly startedAt: number;
  /** The port that clients are told. */
  port: number;
  /**
   * Whether connections are told only of nodes that they may read: a matter of the version, and of who has patched it.
   */
  withholdsEvents: boolean;
  /** Whether clients are taken in. */
  accepting = true;
  /** Whether the server is frozen: requests of clients wait. */
  paused = false;
  /** Called when something has been changed. */
  onChange: (() => void) | undefined;
  readonly #scheduler: SchedulerLike;
  #readOnly: boolean;
  readonly #firstId: bigint;
  #nextId: bigint;
  readonly #restored: ReadonlySet<bigint>;
  #reaping: Subscription | undefined;

  constructor(settings: ZooKeeperServerSettings, stored: Stored | undefined) {
    this.settings = settings;
    this.#scheduler = settings.scheduler;
    this.#readOnly = settings.readOnly;
    this.startedAt = settings.now();
    this.port = settings.port;
    this.#firstId = this.#nextId =
      (BigInt.asIntN(56, BigInt(Math.floor(this.startedAt)) << 16n) & ((1n << 56n) - 1n)) | 1n;
    this.withholdsEvents = hasFix(settings.version, WITHHOLDS_EVENTS);
    const zxids = settings.version >= 30900;
    this.state = new ServerState(settings, stored, (client, type, path, acl) => {
      const connection = client as ZooKeeperConnection;
      if (!this.withholdsEvents || connection.mayRead(acl)) connection.notify(type, path, zxids ? this.state.zxid : -1);
    });
    this.sessions = new SessionTable(settings.scheduler, settings.tickTime, (session) => this.#expired(session));
    this.#restored = new Set(stored?.sessions.map(([id]) => id));
    for (const [id, timeout] of stored?.sessions ?? []) this.sessions.add({ id, timeout, password: password(id) });
  }

  get readOnly(): boolean {
    return this.#readOnly;
  }

  /** Loses its quorum, or finds it again: all connections are dropped. */
  set readOnly(readOnly: boolean) {
    this.#readOnly = readOnly;
    this.drop();
  }

  /** Takes a client in; it is served from its first byte on. */
  attach(wire: Wire): ZooKeeperConnection {
    const connection = new ZooKeeperConnection(this, wire);
    this.connections.add(connection);
    return connection;
  }

  /** @internal a connection has ended */
  left(guest: Guest): void {
    this.connections.delete(guest as ZooKeeperConnection);
    if (this.#bySession.get(guest.sessionId) === guest) this.#bySession.delete(guest.sessionId);
    this.unflushed.delete(guest);
    this.state.watches.forget(guest);
  }

  /** Sends the events that wait. */
  flush(): void {
    for (const connection of this.unflushed) connection.flush();
    this.unflushed.clear();
    if (this.onChange !== undefined) this.onChange();
    if (this.#reaping === undefined && this.state.tree.containers.size + this.state.tree.ttls.size > 0)
      this.#reapSoon();
  }

  /** Answers a connect request; `undefined` is to hang up on it without a word. */
  admit(guest: Guest, input: JuteReader): Admission | undefined {
    const admission = this.#admission(input);
    if (admission?.session !== undefined) this.#bySession.set(admission.session.id, guest as ZooKeeperConnection);
    return admission;
  }

  #admission(input: JuteReader): Admission | undefined {
    const { state, settings } = this;
    input.skip(4); // the protocol's version, which is always 0
    const seen = input.int() * UPPER_HALF + (input.int() >>> 0);
    const asked = input.int();
    const id = input.long();
    const given = input.buffer() ?? Buffer.alloc(0);
    const old = input.left === 0;
    const timeout = Math.min(settings.maxSessionTimeout, Math.max(settings.minSessionTimeout, asked));
    if (settings.profile?.restoresSessions === false) return { session: this.#begin(timeout), old: true };
    if (this.#readOnly && (old || !input.bool())) return undefined;
    if (seen > state.zxid) return undefined;
    if (id === 0n) return { session: this.#begin(timeout), old };
    const session = this.sessions.get(id);
    if (this.#readOnly && session !== undefined) return undefined;
    this.#bySession.get(id)?.end();
    if (session === undefined || !Buffer.from(session.password).equals(given)) return { session: undefined, old };
    session.timeout = timeout;
    this.sessions.touch(session);
    return { session, old };
  }

  /** Ends a session for good: its ephemerals go with it. */
  close(session: ServerSession): void {
    const { state } = this;
    this.sessions.remove(session);
    state.transact((change) => {
      for (const path of [...(state.tree.ephemerals.get(session.id) ?? [])]) {
        change.delete(path, state.tree.get(path)!, state.tree.get(path.slice(0, path.lastIndexOf('/')))!);
      }
    });
  }

  /** Lets a session end now, as if nothing had been heard of it. Returns whether it was alive. */
  expire(id: bigint): boolean {
    const session = this.sessions.get(id);
    if (session === undefined) {
      if (this.#restored.has(id) || (id >= this.#firstId && id < this.#nextId)) return false;
      throw new UsageError('sessionId', `must be a session of this server, not ${show(id)}`);
    }
    this.#expired(session);
    return true;
  }

  /** Cuts all connections; sessions stay. */
  drop(): void {
    for (const connection of [...this.connections]) connection.destroy();
  }

  /** Nothing goes on until {@link resume}: no session ends, no node is reaped. */
  pause(): void {
    this.paused = true;
    this.sessions.pause();
    this.#reaping?.unsubscribe();
    this.#reaping = undefined;
  }

  /** Ends {@link pause}. Does nothing without one, or while clients are refused. */
  resume(): void {
    if (!this.paused || !this.accepting) return;
    this.paused = false;
    this.sessions.resume();
    for (const connection of this.connections) connection.resume();
    this.flush();
  }

  /** The answer to a four-letter word, which `bytes` begin with; `undefined` for an unknown word. */
  command(word: string, bytes: Buffer): string | undefined {
    return fourLetterAnswer(this, word, bytes);
  }

  #begin(timeout: number): ServerSession {
    const id = this.#nextId++;
    if (!this.#readOnly) this.state.transact(() => undefined);
    return this.sessions.add({ id, timeout, password: password(id) });
  }

  #expired(session: ServerSession): void {
    this.close(session);
    this.#bySession.get(session.id)?.end();
    this.flush();
  }

  #reapSoon(): void {
    this.#reaping = this.#scheduler.schedule(() => {
      this.#reaping = undefined;
      reap(this.state);
      this.flush();
    }, this.settings.reapInterval);
  }
}

function password(id: bigint): Uint8Array {
  return createHmac('sha256', EMPTY_SECRET).update(String(id)).digest().subarray(0, 16);
}
