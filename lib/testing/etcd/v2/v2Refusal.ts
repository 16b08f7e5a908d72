import { wordsOf } from '../../../etcd/v2/protocol/errorCode.js';

/** The statuses of HTTP of those that have not 400. */
const STATUSES: Readonly<Record<number, number>> = {
  ...{ 100: 404, 101: 412, 102: 403, 105: 412, 108: 403, 110: 401, 300: 500 },
};

/** A request about keys that the v2 API refuses. Thrown often, so it has no stack. */
export class V2Refusal {
  readonly number: number;
  readonly reason: string;
  /** The index of the store; 0 for a request that has not reached the store. */
  readonly index: number;

  constructor(number: number, reason: string, index = 0) {
    this.number = number;
    this.reason = reason;
    this.index = index;
  }

  get status(): number {
    return STATUSES[this.number] ?? 400;
  }

  /** The body of the answer, as etcd writes it. */
  toJSON(): object {
    const { number, reason, index } = this;
    const cause = reason || undefined;
    return { errorCode: number, message: wordsOf(number), cause, index };
  }
}
