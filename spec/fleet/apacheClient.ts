import { type SchedulerLike, Subscription } from 'rxjs';
import { FrameSplitter } from '../../lib/bytes/frameSplitter.js';
import { shuffled } from '../../lib/client/redial.js';
import type { Endpoint } from '../../lib/core/endpoint.js';
import type { Link } from '../../lib/core/link.js';
import { readEvent } from '../../lib/zookeeper/protocol/event.js';
import { readConnectResponse, writeConnectRequest, writePing } from '../../lib/zookeeper/protocol/handshake.js';
import { ReplyHeader, Xid, int } from '../../lib/zookeeper/protocol/header.js';
import { JuteReader } from '../../lib/zookeeper/protocol/juteReader.js';
import { JuteWriter } from '../../lib/zookeeper/protocol/juteWriter.js';
import { getData } from '../../lib/zookeeper/protocol/ops/getData.js';
import { chunked, setWatches } from '../../lib/zookeeper/protocol/ops/setWatches.js';
import type { FleetClient, FleetClientParts } from './fleetClient.js';
import { Traffic } from './traffic.js';

/** `ClientCnxn` waits for a random time below this before each attempt but the first of its life, in milliseconds. */
const BEFORE_ATTEMPT = 1000;
/** `StaticHostProvider.next(spinDelay)`: the wait once every server has been tried, in milliseconds. */
const SPIN_DELAY = 1000;

/**
 * A model of Apache's client for Java 3.8, by the rules of its source: the order of servers is shuffled once, an
 * attempt waits for up to a second, a round in vain for a second more, watches are set again in one `setWatches`, and
 * an application reads a node again, with a new watch, for each event.
 */
export class ApacheClient implements FleetClient {
  readonly traffic = new Traffic();
  /** One for all of them: the fleet copies at once what is written. */
  static readonly #out = new JuteWriter(1024 * 1024);
  readonly #parts: FleetClientParts;
  readonly #clock: SchedulerLike;
  readonly #servers: readonly Endpoint[];
  readonly #shown = new Map<string, string>();
  readonly #reading = new Map<number, string>();
  readonly #unread: Set<string>;
  #server = -1;
  #last = -1; // the server that stood last: a round ends before it
  #xid = 0;
  #zxid = 0n;
  #id = 0n;
  #password: Uint8Array = new Uint8Array(16);
  #link: Subscription | undefined;
  #timers = new Subscription();
  #restored = false;
  #closed = false;

  constructor(parts: FleetClientParts) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#servers = shuffled(parts.ensemble.endpoints, parts.random);
    this.#unread = new Set(parts.paths);
    this.#attempt();
  }

  get whole(): boolean {
    return this.#restored && this.#unread.size === 0;
  }

  shown(path: string): string | undefined {
    return this.#shown.get(path);
  }

  close(): void {
    this.#closed = true;
    this.#link?.unsubscribe();
    this.#timers.unsubscribe();
  }

  /** Waits, and dials the next server. */
  #next(): void {
    if (this.#closed) return;
    const wait = this.#id === 0n ? 0 : this.#parts.random() * BEFORE_ATTEMPT;
    this.#timers = this.#clock.schedule(() => this.#attempt(), wait);
  }

  #attempt(): void {
    this.#server = (this.#server + 1) % this.#servers.length;
    const spun = this.#server === this.#last;
    if (this.#last < 0) this.#last = 0;
    if (spun) this.#timers = this.#clock.schedule(() => this.#dial(), SPIN_DELAY);
    else this.#dial();
  }

  #dial(): void {
    const { ensemble, sessionTimeout } = this.#parts;
    const patience = sessionTimeout / this.#servers.length;
    this.#link = ensemble
      .transport(this.traffic)(this.#servers[this.#server]!)
      .subscribe({ next: (link) => this.#greet(link, patience), error: () => this.#next() });
  }

  #greet(link: Link, patience: number): void {
    const lost = () => {
      this.#timers.unsubscribe();
      this.#link?.unsubscribe();
      this.#restored = false;
      this.#next();
    };
    this.#timers = this.#clock.schedule(lost, patience);
    const splitter = new FrameSplitter(1024 * 1024);
    let greeted = false;
    const sink = {
      frame: (bytes: Buffer, start: number, end: number) => {
        if (greeted) return this.#receive(link, bytes, start, end);
        greeted = true;
        this.#admitted(link, reader(bytes, start, end));
      },
      oversized: () => false,
    };
    this.#link!.add(
      link.chunk$.subscribe({ next: (chunk) => splitter.push(chunk, sink), error: lost, complete: lost })
    );
    this.#send(link, (out) =>
      writeConnectRequest(out, {
        zxid: this.#zxid,
        timeout: this.#parts.sessionTimeout,
        id: this.#id,
        password: this.#password,
        readOnly: false,
      })
    );
  }

  #admitted(link: Link, input: JuteReader): void {
    this.#timers.unsubscribe();
    const { timeout, id, password } = readConnectResponse(input);
    if (timeout <= 0) throw new Error('the session of a model client is over: the scenario is too hard for it');
    const isNew = this.#id === 0n;
    [this.#id, this.#password, this.#last, this.#restored] = [id, password, this.#server, true];
    this.#ping(link, timeout / 3);
    if (isNew) for (const path of this.#parts.paths) this.#read(link, path);
    else this.#restore(link);
  }

  #restore(link: Link): void {
    const armed = this.#parts.paths.filter((path) => !this.#unread.has(path));
    for (const request of chunked({ zxid: this.#zxid, data: armed, exist: [], children: [] }))
      this.#send(link, (out) => {
        out.begin().int(-8).int(setWatches.opcode);
        setWatches.encode(out, request);
        out.end();
      });
    for (const path of this.#unread) this.#read(link, path);
  }

  #ping(link: Link, every: number): void {
    this.#timers = this.#clock.schedule(() => {
      this.#send(link, writePing);
      this.#ping(link, every);
    }, every);
  }

  #read(link: Link, path: string): void {
    this.#unread.add(path);
    const xid = ++this.#xid;
    this.#reading.set(xid, path);
    this.#send(link, (out) => {
      out.begin().int(xid).int(getData.opcode).string(path).bool(true).end();
    });
  }

  #receive(link: Link, bytes: Buffer, start: number, end: number): void {
    const xid = int(bytes, start + ReplyHeader.xid);
    if (xid === Xid.event) {
      const event = readEvent(reader(bytes, start, end));
      if (event !== undefined) this.#read(link, event.path);
      return;
    }
    const zxid = bytes.readBigInt64BE(start + ReplyHeader.zxid);
    if (zxid > this.#zxid) this.#zxid = zxid;
    const path = this.#reading.get(xid);
    if (path === undefined) return;
    this.#reading.delete(xid);
    this.#unread.delete(path);
    const { value } = getData.decode(reader(bytes, start + ReplyHeader.size, end), path);
    this.#shown.set(path, Buffer.from(value ?? []).toString());
  }

  #send(link: Link, write: (out: JuteWriter) => void): void {
    write(ApacheClient.#out);
    link.write(ApacheClient.#out.take());
  }
}

function reader(bytes: Buffer, start: number, end: number): JuteReader {
  return new JuteReader().reset(bytes, start, end);
}
