import { type Observable, type Observer, type SchedulerLike, Subscription } from 'rxjs';
import type { Arakoon } from '../../arakoon/client/arakoon.js';
import type { ZooKeeper } from '../../zookeeper/client/zooKeeper.js';
import type { EtcdV2 } from '../../etcd/v2/client/etcdV2.js';
import type { Etcd } from '../../etcd/v3/client/etcd.js';
import { steadyClock } from '../../transport/steadyClock.js';
import { ProcessClock } from './processClock.js';
import { SimulatedNetwork } from './simulatedNetwork.js';
import {
  type ClientHome,
  type ClientOptions,
  type ClientWorld,
  type Lasting,
  simulatedArakoon,
  simulatedEtcd,
  simulatedEtcdV2,
  simulatedZooKeeper,
} from './simulatedClients.js';

/** The events that a plan may put inside `next` of a subscriber, or a moment after it. */
export type Ambush = 'leave' | 'close' | 'closeSoon' | 'cut' | 'throw';
/** How a process ends its life. */
export type Ending = 'close' | 'detach' | 'unsubscribe' | 'crash';

/** After how many milliseconds a program is started again whose client has errored. */
const RESTART = 1000;
/** How long a moment may be, in milliseconds: two round trips where nothing is slow. */
const A_MOMENT = 5;
/** The error that a subscriber throws on demand. */
export const THROWN = new Error('thrown inside next by the simulator');

/** A process: a clock, a network, and one client of each store. It can end, and begin another life. */
export class Process implements ClientHome {
  readonly name: string;
  readonly clock: ProcessClock;
  /** The clock of its clients. It also counts the time for which the machine was suspended, as outside. */
  readonly scheduler: SchedulerLike;
  /** Each life has its own. */
  network: SimulatedNetwork;
  /** The event for the next `next`. */
  ambush: Ambush | undefined;
  readonly #world: ClientWorld;
  readonly #options: ClientOptions;
  readonly #begin: (process: Process) => void;
  #life: Subscription | undefined;
  #zk: ZooKeeper | undefined;
  #arakoon: Arakoon | undefined;
  #etcd: Etcd | undefined;
  #etcdV2: EtcdV2 | undefined;
  #client: Subscription | undefined;

  /** @param begin starts the actors of the process, in each of its lives */
  constructor(world: ClientWorld, name: string, options: ClientOptions, begin: (process: Process) => void) {
    this.#world = world;
    this.name = name;
    this.#options = options;
    this.#begin = begin;
    this.clock = new ProcessClock(world.clock);
    this.scheduler = steadyClock({
      running: () => this.clock.now(),
      wall: () => this.clock.wallNow(),
      timers: this.clock,
    });
    this.network = new SimulatedNetwork(world.clock, this.clock);
  }

  get alive(): boolean {
    return this.#life !== undefined;
  }

  /** Whether it can do anything now. */
  get awake(): boolean {
    return this.alive && this.clock.busyUntil <= this.#world.clock.now();
  }

  /** Its client of ZooKeeper; after its end the one that it had, or one that is closed from the beginning. */
  get zk(): ZooKeeper {
    this.#zk ??= this.#connect();
    return this.#zk;
  }

  /** Its client of Arakoon; after its end as {@link zk}. */
  get arakoon(): Arakoon {
    this.#arakoon ??= this.#keep(simulatedArakoon(this.#world, this));
    return this.#arakoon;
  }

  /** Its client of etcd; after its end as {@link zk}. */
  get etcd(): Etcd {
    this.#etcd ??= this.#keep(simulatedEtcd(this.#world, this, this.#options.etcd));
    return this.#etcd;
  }

  /** Its client of etcd by version 2; after its end as {@link zk}. */
  get etcdV2(): EtcdV2 {
    this.#etcdV2 ??= this.#keep(simulatedEtcdV2(this.#world, this));
    return this.#etcdV2;
  }

  /** The id of its session with ZooKeeper, 0 where it has none. */
  get sessionId(): bigint {
    return (this.alive ? this.#zk?.ticket.id : undefined) ?? 0n;
  }

  /** Begins a life. */
  start(): void {
    if (this.alive) return;
    this.#life = new Subscription();
    this.#client = new Subscription();
    this.#zk = undefined;
    this.#arakoon = undefined;
    this.#etcd = undefined;
    this.#etcdV2 = undefined;
    this.network = new SimulatedNetwork(this.#world.clock, this.clock);
    this.#begin(this);
  }

  /**
   * Ends its life. What it has subscribed to ends with that: at once, or by itself, with the client of ZooKeeper.
   */
  end(how: Ending): void {
    if (!this.alive) return;
    const life = this.#life!;
    this.#life = undefined;
    this.ambush = undefined;
    if (how === 'crash') this.network.perish();
    const closes = how === 'close' || how === 'detach';
    const over$ = closes && this.#world.random() < 0.5 ? (this.#zk?.state$ ?? this.#etcd?.state$) : undefined;
    if (how === 'close') void this.#zk?.close();
    if (how === 'detach') void this.#zk?.detach();
    if (closes) for (const client of [this.#arakoon, this.#etcd, this.#etcdV2]) void client?.close();
    else this.#client?.unsubscribe();
    if (over$ === undefined) return life.unsubscribe();
    const end = () => void this.#world.clock.schedule(() => life.unsubscribe());
    (over$ as Observable<unknown>).subscribe({ complete: end, error: end });
  }

  /** Ends all that its actors have subscribed to. Its clients stay. */
  quit(): void {
    this.#life?.unsubscribe();
  }

  /** Subscribes for as long as it lives; see {@link Stage.follow}. */
  follow<T>(source$: Observable<T>, observer: Observer<T>): Subscription {
    const life = this.#life;
    if (life === undefined) return Subscription.EMPTY; // closed: what is to happen at its end happens now
    const subscription = new Subscription();
    life.add(subscription);
    subscription.add(() => life.remove(subscription));
    subscription.add(
      source$.subscribe({
        next: (value) => {
          observer.next(value);
          this.#surprise(subscription);
        },
        error: (error: unknown) => {
          subscription.unsubscribe();
          observer.error(error);
        },
        complete: () => {
          subscription.unsubscribe();
          observer.complete();
        },
      })
    );
    return subscription;
  }

  /** Calls `act` after `ms`, if it still lives. */
  after(ms: number, act: () => void): Subscription {
    const life = this.#life;
    if (life === undefined) return Subscription.EMPTY;
    const timer: Subscription = this.clock.schedule(() => {
      life.remove(timer);
      if (this.#life === life) act();
    }, ms);
    life.add(timer);
    return timer;
  }

  /** What lasts as long as this one; what is added after the end of the process ends at once. */
  #lasting(subscription: Subscription | undefined): Subscription {
    return this.alive && subscription !== undefined ? subscription : Subscription.EMPTY;
  }

  /** A program without a client ends, and is started again. */
  #restart(): void {
    const life = this.#life;
    this.#world.clock.schedule(() => {
      if (this.#life !== life) return;
      this.end('unsubscribe');
      this.start();
    }, RESTART);
  }

  #surprise(subscription: Subscription): void {
    const { ambush } = this;
    if (ambush === undefined) return;
    this.ambush = undefined;
    this.#world.log(() => `${this.name} inside next: ${ambush}`);
    if (ambush === 'leave') subscription.unsubscribe();
    if (ambush === 'close') this.end('close');
    if (ambush === 'closeSoon') this.after(Math.floor(this.#world.random() * A_MOMENT), () => this.end('close'));
    if (ambush === 'cut') this.network.cut('reset');
    if (ambush === 'throw') throw THROWN;
  }

  #connect(): ZooKeeper {
    const client = this.#keep(simulatedZooKeeper(this.#world, this, this.#options.zk, () => this.#restart()));
    const log = ({ kind }: { readonly kind: string }) => this.#world.log(() => `${this.name} ${kind}`);
    // eslint-disable-next-line rxjs-x/no-ignored-error -- states have none
    this.#lasting(this.#life).add(client.state$.subscribe(log));
    return client;
  }

  /** Ends a client with the others of this life. Returns it. */
  #keep<C>({ client, subscription }: Lasting<C>): C {
    this.#lasting(this.#client).add(subscription);
    return client;
  }
}
