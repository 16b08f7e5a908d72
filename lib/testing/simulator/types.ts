import type { Observable, Observer, SchedulerLike, Subscription } from 'rxjs';
import type { Arakoon } from '../../arakoon/client/arakoon.js';
import type { Endpoint } from '../../core/endpoint.js';
import type { EtcdV2 } from '../../etcd/v2/client/etcdV2.js';
import type { Etcd } from '../../etcd/v3/client/etcd.js';
import type { ZooKeeper } from '../../zookeeper/client/zooKeeper.js';
import type { EmbeddedArakoon } from '../arakoon/embeddedArakoon.js';
import type { EmbeddedEtcd } from '../etcd/embeddedEtcd.js';
import type { EmbeddedZooKeeper } from '../zookeeper/embeddedZooKeeper.js';

/**
 * A user of a store: a worker of yours, with the recipe that you want to try. It starts once in each life of its
 * process, and its subscriptions end with that life.
 *
 * @example
 * ```ts
 * import type { Actor } from 'quorum-rx/testing';
 *
 * const writer: Actor = {
 *   name: 'writer',
 *   start: (stage) =>
 *     stage.every(500, () =>
 *       stage.follow(stage.zk.create('/jobs/job-', null, { mode: 'persistentSequential', parents: true }))
 *     ),
 * };
 * ```
 */
export interface Actor {
  /** Shown in traces, and chosen by `only`. */
  readonly name: string;
  start(stage: Stage): void;
}

/** A condition that must hold. Both functions return a sentence that says how the law is broken, or `undefined`. */
export interface Law {
  readonly name: string;
  /** Called after each step of the run. Keep it cheap. */
  during?(world: SimulatedWorld): string | undefined;
  /** Called when the faults are over and the world has been well for a while; every client still stands. */
  after?(world: SimulatedWorld): string | undefined;
}

/**
 * Something that actors note down and laws look at. Each run begins with a new value.
 *
 * @example
 * ```ts
 * import type { Fact } from 'quorum-rx/testing';
 *
 * const acknowledged: Fact<string[]> = { initial: () => [] };
 * ```
 */
export interface Fact<T> {
  readonly initial: () => T;
}

/** A law that was broken, and when, in milliseconds of virtual time. */
export interface Violation {
  readonly law: string;
  readonly message: string;
  readonly at: number;
}

/** A request that an `error` fault has refused: what it asked for was not done, and nothing was wrong with it. */
export interface RefusedRequest {
  /** The store's name of the operation, such as `getData` of ZooKeeper or `put` of etcd. */
  readonly operation: string;
  /** The path or the key that the request begins with. A transaction has none. */
  readonly path: string | undefined;
  /** The number that the server answered: of etcd, the status of gRPC. */
  readonly error: number;
}

/** Everything of one run. Laws may look at all of it. */
export interface SimulatedWorld {
  /** The time of the world; clocks of processes may differ. */
  readonly clock: SchedulerLike;
  readonly processes: readonly SimulatedProcess[];
  /** The ZooKeeper server. */
  readonly server: EmbeddedZooKeeper;
  /** The version that it poses as. */
  readonly version: string;
  /** The Arakoon cluster. It has the nodes `a`, `b` and `c`. */
  readonly cluster: EmbeddedArakoon;
  /** Whether anybody uses Arakoon. */
  readonly hasCluster: boolean;
  /** The etcd cluster. It has the members `a`, `b` and `c`, unless the options say otherwise. */
  readonly etcd: EmbeddedEtcd;
  /** Whether anybody uses etcd. */
  readonly hasEtcd: boolean;
  /** Where processes look for ZooKeeper. */
  readonly servers$: Observable<readonly Endpoint[]>;
  /** Whether the faults are over. */
  readonly ending: boolean;
  /** Whether the servers have lost acknowledged writes. */
  readonly lostData: boolean;
  /** Whether a server has ended a session or a lease early: a lease that goes by the clock may be wrong then. */
  readonly endedEarly: boolean;
  /** How often a kind of fault has met an operation: `cut getData`. */
  readonly meetings: ReadonlyMap<string, number>;
  /** The requests that an `error` fault has refused. */
  readonly refusals: readonly RefusedRequest[];
  /** Gives numbers from 0 up to, not including, 1, for whatever is no actor's. */
  readonly random: () => number;
  /** The value of a fact in this run. */
  get<T>(fact: Fact<T>): T;
  /** A law is broken: the run ends. The first time counts. */
  violated(law: string, message: string): void;
  /** Adds a line to the trace. The function is called only if the trace is kept. */
  log(line: () => string): void;
}

/** A process: a clock, a network, and a client of each store. It can end, and begin another life. */
export interface SimulatedProcess {
  /** `p0`, `p1` … */
  readonly name: string;
  readonly alive: boolean;
  /** Whether it lives, and its event loop does not stand still. */
  readonly awake: boolean;
  /** Its monotonic clock, which stands still while the machine is suspended, and its wall clock, which can be set. */
  readonly clock: { now(): number; wallNow(): number };
  /** The id of its session with ZooKeeper, 0 where it has none. */
  readonly sessionId: bigint;
  readonly zk: ZooKeeper;
  readonly arakoon: Arakoon;
  readonly etcd: Etcd;
  readonly etcdV2: EtcdV2;
}

/** The surroundings of an actor: the clients of its process, time, chance, and a place for notes. */
export interface Stage {
  /** The world outside of the process. An actor must not take it for something that it could know; laws may. */
  readonly world: SimulatedWorld;
  readonly process: SimulatedProcess;
  /** The ZooKeeper client of the process. All its actors share it. */
  readonly zk: ZooKeeper;
  /** The Arakoon client of the process. All its actors share it. */
  readonly arakoon: Arakoon;
  /** The etcd client of the process. All its actors share it. */
  readonly etcd: Etcd;
  /** The client of the process for version 2 of etcd. All its actors share it. */
  readonly etcdV2: EtcdV2;
  /** The clock and timers of the process. */
  readonly scheduler: SchedulerLike;
  /** Gives numbers from 0 up to, not including, 1: the same ones for the same seed, whatever others do. */
  readonly random: () => number;
  /** A whole number from `low` to `high`. */
  between(low: number, high: number): number;
  /** One of a list. */
  pick<T>(list: readonly T[]): T;
  /** The value of a fact in this run. */
  get<T>(fact: Fact<T>): T;
  /**
   * Subscribes for as long as the process lives. The simulator may unsubscribe, close the client, cut its links or
   * throw inside `next`, when it draws such a fault. An error is noted in the trace; one that only a mistake in a
   * program makes, such as a `TypeError`, breaks a law.
   */
  follow<T>(source$: Observable<T>, observer?: Partial<Observer<T>>): Subscription;
  /** Calls `act` after `ms`, if the process still lives. */
  after(ms: number, act: () => void): Subscription;
  /** Calls `act` about every `ms`, for as long as the process lives and faults go on. */
  every(ms: number, act: () => void): void;
  /** A law is broken: the run ends. */
  violated(law: string, message: string): void;
  /** Adds a line to the trace. The function is called only if the trace is kept. */
  log(line: () => string): void;
}
