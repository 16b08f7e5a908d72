import { Observable, type SchedulerLike, Subject, type Subscriber } from 'rxjs';
import { ConnectionLostError } from '../../lib/core/errors.js';
import type { Link } from '../../lib/core/link.js';
import type { Capacity, Member } from './ensemble.js';
import type { Traffic } from './traffic.js';

/** A link to a member: messages travel, and wait in the member's queue. */
export class FleetLink implements Link {
  readonly chunk$: Observable<Uint8Array>;
  readonly drain$ = new Subject<void>();
  ended: () => void = () => undefined;
  readonly #server: Link;
  readonly #member: Member;
  readonly traffic: Traffic;
  readonly #clock: SchedulerLike;
  readonly #capacity: Capacity;
  #subscriber: Subscriber<Uint8Array> | undefined;
  #begun = false;
  #over = false;

  constructor(server: Link, member: Member, traffic: Traffic, clock: SchedulerLike, capacity: Capacity) {
    this.#server = server;
    this.#member = member;
    this.traffic = traffic;
    this.#clock = clock;
    this.#capacity = capacity;
    member.links.add(this);
    this.chunk$ = new Observable((subscriber) => {
      this.#subscriber = subscriber;

      const fromServer = server.chunk$.subscribe({
        next: (bytes) => this.#later(() => this.#arrive(bytes)),
        complete: () => this.#later(() => subscriber.complete()),
      });
      return () => {
        this.#over = true;
        member.links.delete(this);
        fromServer.unsubscribe();
      };
    });
  }

  write(bytes: Uint8Array): boolean {
    const copy = Buffer.from(bytes);
    const cost = this.#account(copy);
    this.#later(() => this.#member.serve(cost, () => !this.#over && void this.#server.write(copy)));
    return true;
  }

  soon(task: () => void): void {
    this.#clock.schedule(task);
  }

  /** Nothing gets through any more. */
  vanish(): void {
    this.#over = true;
    this.#member.links.delete(this);
  }

  /** The member is gone. */
  cut(): void {
    if (this.#over) return;
    this.vanish();
    this.ended();
    this.#clock.schedule(
      () => this.#subscriber?.error(new ConnectionLostError('the member is gone')),
      this.#capacity.latency
    );
  }

  #arrive(bytes: Uint8Array): void {
    this.traffic.bytesIn += bytes.length;
    this.#subscriber?.next(bytes);
  }

  #later(act: () => void): void {
    this.#clock.schedule(() => !this.#over && act(), this.#capacity.latency);
  }

  /** Counts the messages of a write. Returns how long they keep the member busy. */
  #account(bytes: Buffer): number {
    const { session, request, watch } = this.#capacity;
    this.traffic.bytesOut += bytes.length;
    let cost = 0;
    const count = (price: number) => {
      cost += price;
      this.traffic.requests++;
      this.#member.requests.add(this.#clock.now());
    };
    for (let at = 0; at < bytes.length;) {
      if (!this.#begun) {
        this.#begun = true;
        count(session);
        if (bytes.length === 4) break; // a four-letter word has no length before it
      } else {
        const operation = bytes.readInt32BE(at + 8);
        if (operation === PING) cost += request;
        else count(request + (operation === SET_WATCHES ? watch * watchesIn(bytes, at) : 0));
      }
      at += 4 + bytes.readInt32BE(at);
    }
    return cost;
  }
}

const [PING, SET_WATCHES] = [11, 101];

/** How many watches a `setWatches` names that begins here. */
function watchesIn(bytes: Buffer, start: number): number {
  let at = start + 20; // length, xid, operation, zxid
  let watches = 0;
  for (let list = 0; list < 3; list++) {
    const count = bytes.readInt32BE(at);
    at += 4;
    for (let i = 0; i < count; i++) at += 4 + bytes.readInt32BE(at);
    watches += count;
  }
  return watches;
}
