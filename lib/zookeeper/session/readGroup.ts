import { type CallError, linkLost } from '../../core/callErrors.js';
import { ProtocolError } from '../../core/errors.js';
import type { JuteReader } from '../protocol/juteReader.js';
import type { JuteWriter } from '../protocol/juteWriter.js';
import { ReplyHeader } from '../protocol/header.js';
import { MULTI_READ, endOfReads, readCode } from '../protocol/ops/multiRead.js';
import { writeParts } from '../protocol/ops/multi.js';
import type { Call, Pending } from './call.js';

/**
 * Refusals that any request would have got: those of the session, and of a server that is overloaded. Others may be
 * about the group.
 */
const ABOUT_ALL: ReadonlySet<number> = new Set([-112, -115, -118, -122, -124, -127]);

/**
 * Plain reads that were neighbours in the queue, sent as one multiRead: the server spends little more on 64 of them
 * than on one. Each caller gets its own reply or its own error, as if it had been alone.
 */
export class ReadGroup implements Pending {
  readonly opcode = MULTI_READ.opcode;
  readonly #members: readonly Call[];
  readonly #most: number;
  readonly #askApart: (members: readonly Call[], code: number) => void;

  /**
   * @param limit largest reply to one read, in bytes
   * @param askApart sends reads again, each by itself: how they fare alone is not known
   */
  constructor(members: readonly Call[], limit: number, askApart: (members: readonly Call[], code: number) => void) {
    this.#members = members;
    this.#most = limit - ReplyHeader.size;
    this.#askApart = askApart;
  }

  /** Each read may be as large as it might be alone. */
  get size(): number {
    return this.#members.length;
  }

  get reads(): number {
    return this.#members.length;
  }

  get sent(): boolean {
    return this.#members[0]!.sent;
  }

  set sent(sent: boolean) {
    for (const member of this.#members) member.sent = sent;
  }

  encode(out: JuteWriter, xid: number): void {
    writeParts(out.request(xid, MULTI_READ.opcode), this.#members);
    out.end();
  }

  settle(code: number, body: JuteReader): void {
    const members = this.#members;
    if (code !== 0)
      return ABOUT_ALL.has(code) ? members.forEach((member) => member.settle(code, body)) : this.#apart(code);
    let next = 0;
    try {
      for (; next < members.length; next++) settleOne(members[next]!, body, this.#most);
      endOfReads(body);
    } catch (error) {
      if (error instanceof ProtocolError) for (const member of members.slice(next)) member.fail(linkLost(error));
      throw error;
    }
  }

  fail(error: CallError): void {
    for (const member of this.#members) member.fail(error);
  }

  /** That all together are too large says nothing of one. */
  overflow(): void {
    this.#apart(0);
  }

  #apart(code: number): void {
    this.#askApart(
      this.#members.filter(({ subscriber }) => !subscriber.closed),
      code
    );
  }
}

function settleOne(member: Call, body: JuteReader, most: number): void {
  const code = readCode(body, member.op.opcode);
  if (code === 0 && member.subscriber.closed) pass(member, body);
  else member.settle(code, body, most);
}

/** Gets past the value of a caller that has left. */
function pass(member: Call, body: JuteReader): void {
  const { op, request } = member;
  member.drop();
  try {
    op.decode(body, request);
  } catch (error) {
    if (error instanceof ProtocolError) throw error; // the caller of the codec has left, so its error is dropped
  }
}
