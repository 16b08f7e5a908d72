import { Observable, type SchedulerLike, type Subscription } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../../lib/core/endpoint.js';
import { ConnectError } from '../../lib/core/errors.js';
import type { Link, Transport } from '../../lib/core/link.js';
import { EmbeddedZooKeeper } from '../../lib/testing/zookeeper/embeddedZooKeeper.js';
import { FleetLink } from './fleetLink.js';
import { Timeline, type Traffic } from './traffic.js';

/** How fast a member works. Times are milliseconds. */
export interface Capacity {
  /** One way between a client and a member. */
  readonly latency: number;
  /** To take in a connection, and to begin or take up a session. */
  readonly session: number;
  /** To serve a request. */
  readonly request: number;
  /** To look at one watch of a `setWatches`. */
  readonly watch: number;
}

/** Measured on one core with a real ZooKeeper 3.8: 30,000 reads a second, and 5,000 sessions. */
export const CAPACITY: Capacity = { latency: 0.5, session: 0.2, request: 0.033, watch: 0.002 };

/** Milliseconds of a slice of {@link Member.dials}. */
export const SLICE = 100;

/** A member of the ensemble: clients wait in its queue, and it can be down. */
export class Member {
  readonly endpoint: Endpoint;
  /** Attempts to connect, refused ones too. */
  readonly dials = new Timeline(SLICE);
  readonly requests = new Timeline(SLICE);
  readonly links = new Set<FleetLink>();
  up = true;
  #busyUntil = 0;
  readonly #clock: SchedulerLike;

  constructor(clock: SchedulerLike, endpoint: Endpoint) {
    this.#clock = clock;
    this.endpoint = endpoint;
  }

  /** Calls `act` when everything before it has been served, and this too. */
  serve(cost: number, act: () => void): void {
    const now = this.#clock.now();
    this.#busyUntil = Math.max(now, this.#busyUntil) + cost;
    this.#clock.schedule(act, this.#busyUntil - now);
  }

  goDown(): void {
    this.up = false;
    for (const link of [...this.links]) link.cut();
  }

  comeUp(): void {
    this.up = true;
    this.#busyUntil = this.#clock.now();
  }
}

/** An ensemble of ZooKeeper in memory: one tree, and members that have a capacity of their own. */
export class Ensemble {
  readonly members: readonly Member[];
  readonly server: EmbeddedZooKeeper;
  readonly #clock: SchedulerLike;
  readonly #capacity: Capacity;

  constructor(clock: SchedulerLike, size: number, capacity: Capacity = CAPACITY) {
    this.#clock = clock;
    this.#capacity = capacity;
    this.members = Array.from({ length: size }, (_, i) => new Member(clock, { host: `zk${i + 1}`, port: 2181 }));
    this.server = new EmbeddedZooKeeper({ tickTime: 2000, fourLetterWords: ['srvr'], scheduler: clock }, false);
  }

  get endpoints(): readonly Endpoint[] {
    return this.members.map(({ endpoint }) => endpoint);
  }

  get connectString(): string {
    return this.endpoints.map(formatEndpoint).join(',');
  }

  /** The client with this traffic is gone, and nobody hears of it. */
  vanish(traffic: Traffic): void {
    for (const member of this.members)
      for (const link of [...member.links]) if (link.traffic === traffic) link.vanish();
  }

  /** The way of one client to the members. */
  transport(traffic: Traffic): Transport {
    const inner = this.server.transport();
    return (endpoint) =>
      new Observable<Link>((subscriber) => {
        const member = this.members.find((each) => formatEndpoint(each.endpoint) === formatEndpoint(endpoint))!;
        const { latency } = this.#capacity;
        traffic.dials++;
        let way: Subscription | undefined;
        const dialling = this.#clock.schedule(() => {
          member.dials.add(this.#clock.now());
          if (!member.up) return subscriber.error(new ConnectError(`${formatEndpoint(endpoint)} refused`));
          way = inner(endpoint).subscribe({
            next: (server) => {
              const link = new FleetLink(server, member, traffic, this.#clock, this.#capacity);
              link.ended = () => way?.unsubscribe();
              subscriber.next(link);
            },
            error: (error: unknown) => subscriber.error(error),
          });
        }, 2 * latency);
        return () => {
          dialling.unsubscribe();
          way?.unsubscribe();
        };
      });
  }
}
