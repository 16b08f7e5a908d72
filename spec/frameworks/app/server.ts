import { Observable, Subject } from 'rxjs';

/** What `zk.watch('/colour', { codec: utf8 })` emits, as far as the recipes care. */
export interface Node {
  readonly value?: string;
  readonly stale: boolean;
}

/** Stands for the source of a live value: fed by hand, and counts who is subscribed. */
export class Server {
  /** Subscriptions that there are, and that there have been. */
  current = 0;
  total = 0;
  #wire = new Subject<Node>();

  readonly node$ = new Observable<Node>((subscriber) => {
    this.current++;
    this.total++;
    subscriber.add(() => this.current--);
    return this.#wire.subscribe(subscriber);
  });

  /** Shows these, one after the other, in one turn. */
  show(...values: string[]): void {
    for (const value of values) this.#wire.next({ value, stale: false });
  }

  fail(message: string): void {
    const wire = this.#wire;
    this.#wire = new Subject();
    wire.error(new Error(message));
  }
}

export const server = new Server();
