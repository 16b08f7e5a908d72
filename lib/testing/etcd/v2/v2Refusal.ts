/** Etcd's messages for the numbers of its v2 API. */
const MESSAGES: Readonly<Record<number, string>> = {
  100: 'Key not found',
  101: 'Compare failed',
  102: 'Not a file',
  104: 'Not a directory',
  105: 'Key already exists',
  107: 'Root is read only',
  108: 'Directory not empty',
  110: 'The request requires user authentication',
  201: 'PrevValue is Required in POST form',
  202: 'The given TTL in POST form is not a number',
  203: 'The given index in POST form is not a number',
  209: 'Invalid field',
  210: 'Invalid POST form',
  211: 'Value provided on refresh',
  212: 'A TTL must be provided on refresh',
  300: 'Raft Internal Error',
  401: 'The event in requested index is outdated and cleared',
};
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
    return { errorCode: number, message: MESSAGES[number] ?? `error ${number}`, cause, index };
  }
}
