import { Ring } from '../../bytes/ring.js';
import type { Meter } from '../../client/meter.js';
import { TurnWriter } from '../../bytes/turnWriter.js';
import type { Link } from '../../core/link.js';
import type { Settings } from '../options.js';
import { after, before } from '../protocol/header.js';
import { JuteWriter } from '../protocol/juteWriter.js';
import type { AnyOp } from '../protocol/op.js';
import { MULTI_READ } from '../protocol/ops/multiRead.js';
import type { Call, Pending } from './call.js';
import { EarlyRequests } from './earlyRequests.js';
import type { Outbox } from './outbox.js';
import type { LinkActivity } from './linkActivity.js';
import { ReadGroup } from './readGroup.js';
import { Understanding } from './understanding.js';

/** Bounds of what one link carries: the options of the same names. */
export type Limits = Pick<Settings, 'maxRequestBytes' | 'maxReplyBytes' | 'maxInFlight' | 'coalesce'>;

/** With so many replies owed, fewer requests than this are not worth a write of their own. */
const [OWED, FEW] = [32, 8];
/** Reads that together bring more bytes than this travel apart. */
const GROUP = 64 * 1024;

/**
 * The sending half of a channel: numbers the requests, joins neighbouring reads, and writes everything that one turn of
 * the event loop asked for at once. While the kernel is behind, requests wait in their queue.
 */
export class Sender {
  /** The requests that wait for a reply, in their order. */
  readonly pending = new Ring<Pending>();
  /** No request is sent that the server would not understand. */
  readonly server = new Understanding();
  /** When requests leave. */
  readonly writer: TurnWriter;
  readonly #limits: Limits;
  readonly #activity: LinkActivity;
  readonly #out: JuteWriter;
  /** What may leave before the server's version is known. */
  readonly early: EarlyRequests;
  readonly #first = new Ring<Call>();
  #outbox: Outbox | undefined;
  #xid = 0;
  #unsent = 0;
  #underWay = 0; // requests that wait for a reply, joined ones counted one by one
  #apart = false; // the server refuses reads that travel together
  #readSize = 0; // bytes that a read has brought of late

  constructor(link: Link, limits: Limits, activity: LinkActivity, meter: Meter) {
    this.#limits = limits;
    this.#activity = activity;
    this.#out = new JuteWriter(limits.maxRequestBytes);
    this.writer = new TurnWriter(link, this.#out, meter, () => this.#fill());
    this.early = new EarlyRequests(this.server, this.#goOn);
  }

  /** How many requests wait for a reply; those that travel together count one by one. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Queues a request of the session itself, which goes before those of its users. */
  request(call: Call): void {
    this.#first.push(call);
    this.writer.wake();
  }

  /** Writes a message outside the queue of requests. */
  message(write: (out: JuteWriter) => void): void {
    write(this.#out);
    this.writer.wake();
  }

  /** From now on the users' requests go out too. */
  open(outbox: Outbox): void {
    this.#outbox = outbox;
    outbox.attach(this.writer.wake);
    this.writer.wake();
  }

  /** The reply to the first request has come, with so many bytes: takes that out of {@link pending}. */
  answered(bytes: number, code = 0): Pending {
    const pending = this.pending.shift()!;
    const { reads } = pending;
    this.#underWay -= reads > 1 ? reads : 1;
    // large reads gain nothing by travelling together, and wait for each other
    if (reads > 0 && this.#limits.coalesce > 1) this.#readSize += (bytes / reads - this.#readSize) / 8;
    if (this.server.unsure) this.server.answered(pending.opcode, code);
    return pending;
  }

  /** Sends nothing any more. Returns the requests that had not left. */
  stop(): readonly Call[] {
    this.#outbox?.attach(undefined);
    this.#outbox = undefined;
    this.writer.stop();
    return [...this.#first];
  }

  /** Reads a chunk of so many bytes. New requests wait until {@link release}. */
  hold(bytes: number, read: () => void): void {
    this.writer.hold(bytes);
    if (this.#outbox === undefined) read();
    else this.#outbox.reading(read);
  }

  /** The chunk has been read: the requests that it caused leave now. */
  release(): void {
    this.writer.release(this.#mayWait());
  }

  /** Requests that waited for the server's version go out. */
  readonly #goOn = (): void => {
    this.#outbox?.unpark();
    this.writer.wake();
  };

  /** Writes everything that may leave. */
  #fill(): void {
    for (let call = this.#first.shift(); call !== undefined; call = this.#first.shift()) this.#write(call);
    const { maxInFlight, coalesce } = this.#limits;
    const { awaited } = this.server;
    const together = coalesce > 1 && !this.#apart && this.server.knows(MULTI_READ);
    while (this.#underWay < maxInFlight) {
      const call = awaited ? this.early.pull(this.#outbox, this.#underWay, coalesce > 1) : this.#outbox?.pull();
      if (call === undefined) break;
      if (together && call.joins) this.#join(call);
      else this.#write(call);
      if (this.writer.full) this.#send();
      if (this.writer.congested) return;
    }
    this.#send();
  }

  /**
   * A few requests may wait for company while the server owes many replies: the next of them comes, and ends the wait.
   */
  #mayWait(): boolean {
    return (
      this.pending.length >= OWED &&
      this.#first.length === 0 &&
      this.#out.length === 0 &&
      this.#outbox !== undefined &&
      this.#outbox.few(FEW)
    );
  }

  /** Sends `first` together with the reads that follow it in the queue. */
  #join(first: Call): void {
    const members = [first];
    const most = Math.min(this.#limits.coalesce, GROUP / this.#readSize, this.#limits.maxInFlight - this.#underWay);
    for (let call = this.#outbox?.next(); call !== undefined && members.length < most; call = this.#outbox?.next()) {
      if (!call.joins || call.batch !== first.batch) break;
      this.#outbox!.shift();
      members.push(call);
    }
    if (members.length === 1) return this.#write(first);
    try {
      const group = new ReadGroup(members, this.#limits.maxReplyBytes, this.#askApart);
      group.encode(this.#out, this.#nextXid());
      this.#sent(group, first);
    } catch {
      this.#unnumber(); // together they are too large, although each of them may not be
      for (const member of members) member.alone = true;
      this.#outbox!.unshift(members);
    }
  }

  /** Over this link or not at all, and before the waiting ones: these have been sent once. */
  readonly #askApart = (members: readonly Call[], code: number): void => {
    this.#apart ||= code !== 0;
    members.forEach((member) => this.request(member));
  };

  #write(call: Call): void {
    if (call.subscriber.closed) return call.drop();
    let op: AnyOp | undefined;
    try {
      op = this.server.formOf(call);
    } catch (error) {
      return call.reject(error);
    }
    if (op === undefined) return this.#outbox?.park(call); // until more is known of the server
    try {
      op.encode(this.#out.request(this.#nextXid(), op.opcode), call.request);
      this.#out.end();
    } catch (error) {
      this.#unnumber();
      return call.reject(error);
    }
    this.#sent(call, call);
  }

  #sent(pending: Pending, { batch }: Call): void {
    pending.sent = true;
    if (batch !== undefined) batch.started = true;
    this.pending.push(pending);
    this.#underWay += pending.reads > 1 ? pending.reads : 1;
    this.#unsent++;
  }

  #send(): void {
    if (this.#out.length === 0) return;
    this.#activity.sending(this.#unsent);
    this.#unsent = 0;
    this.writer.send();
  }

  #nextXid(): number {
    return (this.#xid = after(this.#xid));
  }

  #unnumber(): void {
    this.#out.cancel();
    this.#xid = before(this.#xid);
  }
}
