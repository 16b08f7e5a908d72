import { linkLost } from '../../../core/callErrors.js';
import { type CoordinationError, ProtocolError } from '../../../core/errors.js';
import type { CallListener, OpenCall } from '../carrier.js';
import type { RangeRequest, TxnRequest, TxnResponse } from '../protocol/kv.js';
import type { Draft } from '../protocol/message.js';
import { type Method, txn } from '../protocol/methods.js';
import type { Call } from './call.js';
import type { MemberLink } from './memberLink.js';

/** A transaction that only reads may be sent again. */
const reading: Method<TxnRequest, TxnResponse> = { ...txn, isRead: true };
const CONTEXT = { operation: 'get' };

/** The reads of one turn, for one member. They leave together, at the end of the turn. */
export class ReadBatch {
  readonly #link: MemberLink;
  #most: number;
  #calls: Call[] = [];

  constructor(link: MemberLink, most: number) {
    this.#link = link;
    this.#most = link.carrier.soon === undefined ? 1 : most;
  }

  add(call: Call): void {
    if (this.#most === 1) return call.start(this.#link);
    call.board(this.#link);
    if (this.#calls.push(call) === 1) this.#link.carrier.soon!(this.#flush);
  }

  readonly #flush = (): void => {
    const calls = this.#calls.filter(({ isOver }) => !isOver);
    this.#calls = [];
    for (let i = 0; i < calls.length; i += this.#most) {
      const part = calls.slice(i, i + this.#most);
      if (part.length === 1) part[0]!.send();
      else new JointRead(this.#link, part, this.#apart).send();
    }
  };

  /** The server takes no transactions of this size: reads go alone from now on. */
  readonly #apart = (): void => {
    this.#most = 1;
  };
}

/**
 * Several reads in one transaction, at one revision. If it is refused, because one of them may not be done, each goes
 * alone.
 */
class JointRead implements CallListener<TxnResponse> {
  readonly #link: MemberLink;
  readonly #calls: readonly Call[];
  readonly #tooMany: () => void;
  #open: OpenCall<TxnRequest> | undefined;
  #reply: TxnResponse | undefined;
  #waiting: number;

  constructor(link: MemberLink, calls: readonly Call[], tooMany: () => void) {
    this.#link = link;
    this.#calls = calls;
    this.#tooMany = tooMany;
    this.#waiting = calls.length;
  }

  send(): void {
    const success = this.#calls.map(({ request }) => ({ requestRange: request as Draft<RangeRequest> }));
    try {
      const open = (this.#open = this.#link.carrier.call(reading, this.#link.metadata(true), CONTEXT, this));
      for (const call of this.#calls) call.travel(this);
      open.send({ success });
      open.finish();
    } catch {
      for (const call of this.#calls) call.send(); // too large together
    }
  }

  message(reply: TxnResponse): void {
    this.#reply = reply;
  }

  ended(error: CoordinationError | undefined): void {
    const calls = this.#calls.filter(({ isOver }) => !isOver);
    if (error === undefined) return this.#deliver();
    if (error.code === 'TOO_MANY_OPERATIONS') this.#tooMany();
    const alone = error.layer === 'server' || error.code === 'REPLY_TOO_LARGE';
    for (const call of calls) {
      if (alone) call.send();
      else call.ended(linkLost(error)(call));
    }
  }

  /** One of those who wait has left. */
  cancel(): void {
    if (--this.#waiting === 0) this.#open?.cancel();
  }

  /** Every call gets its answer, also when the first subscriber closes the client. */
  #deliver(): void {
    const responses = this.#reply?.responses ?? [];
    const answered: Call[] = [];
    this.#calls.forEach((call, i) => {
      if (call.isOver) return;
      const range = responses[i]?.responseRange;
      if (range === undefined)
        return call.ended(new ProtocolError('a joint read lacks an answer', { ...call.context, effect: 'none' }));
      call.settle(range);
      answered.push(call);
    });
    for (const call of answered) if (!call.isOver) call.ended(undefined);
  }
}
