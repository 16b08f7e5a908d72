/** A request about users, roles or members that is refused: a status of HTTP, and etcd's words. It has no stack. */
export class V2StatusRefusal {
  readonly status: number;
  readonly words: string;

  constructor(status: number, words: string) {
    this.status = status;
    this.words = words;
  }

  /** The body of the answer, as etcd writes it. */
  toJSON(): object {
    return { message: this.words };
  }
}
