import { type FrameSink, FrameSplitter } from '../../bytes/frameSplitter.js';
import { ProtocolError } from '../../core/errors.js';
import { type Acl, Permission } from '../../zookeeper/types.js';
import { checkFault } from '../host/checkFault.js';
import type { Credentials } from './acl/credentials.js';
import { Logins } from './acl/logins.js';
import type { Guest, ZooKeeperHost } from './zooKeeperHost.js';
import { Backlog } from '../host/backlog.js';
import { JavaReader } from './javaText.js';
import { OpeningPhase } from './openingPhase.js';
import { ReplyWriter } from './replyWriter.js';
import { answer } from './request/answer.js';
import { faultRequest } from './request/faultRequest.js';
import { Op } from './request/opcode.js';
import type { ZooKeeperFault } from './zooKeeperServerOptions.js';
import type { Body } from './serverState.js';
import type { ServerSession } from './session/sessionTable.js';
import { ConnectionStats } from './session/connectionStats.js';
import type { Wire } from '../host/wire.js';

const PING_XID = -2;
const HEADER = 8;

/** One client: from its first byte to the end of its link. Frames in, replies and events out, in order. */
export class ZooKeeperConnection implements Guest, FrameSink {
  readonly wire: Wire;
  readonly #host: ZooKeeperHost;
  readonly #splitter: FrameSplitter;
  readonly #input = new JavaReader();
  readonly #out = new ReplyWriter();
  readonly #logins: Logins;
  #session: ServerSession | undefined;
  readonly #opening: OpeningPhase;
  readonly #backlog: Backlog; // bytes that came while the server was paused
  readonly #delayed: Backlog; // frames behind one that a fault delays
  #delaying = false;
  #ended = false;
  readonly traffic: ConnectionStats;

  constructor(host: ZooKeeperHost, wire: Wire) {
    this.#host = host;
    this.wire = wire;
    this.traffic = new ConnectionStats(host.settings.now(), host.state.traffic);
    this.#splitter = new FrameSplitter(host.settings.maxBuffer, 0);
    this.#opening = new OpeningPhase(host, () => this.end());
    this.#delayed = new Backlog(wire);
    this.#backlog = new Backlog(wire);
    this.#logins = new Logins(host.settings, wire);
  }

  get credentials(): Credentials {
    return this.#logins.credentials;
  }

  get session(): ServerSession | undefined {
    return this.#session;
  }

  get deadline(): number {
    return this.#session?.deadline ?? this.#opening.deadline;
  }

  get sessionId(): bigint {
    return this.#session?.id ?? 0n;
  }

  /** Takes bytes in. Bad bytes of a client harm that client alone. */
  receive(chunk: Buffer): void {
    if (this.#ended) return;
    if (this.#host.paused) return this.#backlog.push(chunk);
    if (this.#session !== undefined) this.#host.sessions.touch(this.#session);
    else {
      const first = this.#opening.take(chunk);
      if (first === undefined) return;
      chunk = first.bytes;
      const said = first.word === undefined ? undefined : this.#host.command(first.word, chunk);
      if (said !== undefined) {
        this.wire.write(Buffer.from(said));
        return this.end();
      }
    }
    try {
      this.#splitter.push(chunk, this);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.end();
    }
    this.flush();
    this.#host.flush();
  }

  /** Takes in bytes that came while the server was paused. */
  resume(): void {
    this.#backlog.drain((chunk) => this.receive(chunk));
  }

  /** @internal */
  frame(bytes: Buffer, start: number, end: number, owned: boolean): void {
    if (this.#ended) return;
    if (this.#delaying) return this.#delayed.push(Buffer.from(bytes.subarray(start, end)));
    this.traffic.heard();
    this.#input.reset(bytes, start, end, owned);
    if (this.#session === undefined) return this.#connect();
    if (end - start < HEADER) return this.end();
    const [xid, opcode] = [this.#input.int(), this.#input.int()];
    const fault = checkFault(this.#host.settings.faults?.(faultRequest(this.sessionId, xid, opcode, this.#input)));
    if (fault === undefined) return this.#serve(xid, opcode);
    this.#fail(fault, xid, opcode, bytes, start, end);
  }

  /** @internal */
  oversized(): boolean {
    this.end();
    return false;
  }

  notify(type: number, path: string, zxid = -1): void {
    if (this.#ended) return;
    this.#out.event(type, path, zxid);
    this.traffic.said();
    this.#host.unflushed.add(this);
  }

  /** Whether it gets the events of a node. */
  mayRead(acl: readonly Acl[]): boolean {
    return this.credentials.allow(acl, Permission.READ);
  }

  /** Sends the written bytes. */
  flush(): void {
    this.#out.flush(this.wire);
  }

  /** Closes in good order: written bytes are delivered first. */
  end(): void {
    if (this.#ended) return;
    this.flush();
    this.closed();
    this.wire.end();
  }

  /** Closes at once. */
  destroy(): void {
    this.closed();
    this.wire.destroy();
  }

  /** The client has gone. */
  closed(): void {
    this.#ended = true;
    this.#opening.end();
    this.#host.left(this);
  }

  #connect(): void {
    const admission = this.#host.admit(this, this.#input);
    if (admission === undefined) return this.end();
    this.#out.greeting(admission, this.#host.readOnly);
    this.traffic.said();
    this.#session = admission.session;
    this.#opening.end();
    if (admission.session === undefined) this.end();
  }

  #serve(xid: number, opcode: number): void {
    this.traffic.serving(opcode, xid, this.#host.state.zxid);
    const given = answer(this.#host, this, this.#logins, opcode, this.#input);
    if (given === 'silence') return;
    if (given === 'hang up') return this.end();
    this.#reply(opcode === Op.ping ? PING_XID : xid, given.code, given.body, given.zxid);
    if (given.last) this.end();
  }

  #reply(xid: number, code: number, body?: Body, zxid = this.#host.state.zxid): void {
    this.#out.reply(xid, zxid, code, body);
    this.traffic.said();
  }

  #fail(fault: ZooKeeperFault, xid: number, opcode: number, bytes: Buffer, start: number, end: number): void {
    if (fault === 'cut') return this.destroy();
    if (fault === 'cutAfter') {
      this.flush();
      this.#serve(xid, opcode);
      return this.destroy(); // before anybody is told of events: ours would bring the reply with them
    }
    if ('error' in fault) return this.#reply(xid, fault.error);
    const frame = Buffer.from(bytes.subarray(start, end));
    this.#delaying = true;
    this.#host.settings.scheduler.schedule(() => this.#afterDelay(frame), fault.delay);
  }

  #afterDelay(frame: Buffer): void {
    if (this.#ended) return;
    this.#delaying = false;
    this.#input.reset(frame, 0, frame.length, true);
    this.#serve(this.#input.int(), this.#input.int());
    this.#delayed.drain((next) => this.frame(next, 0, next.length, true));
    this.flush();
    this.#host.flush();
  }
}
