import { BehaviorSubject } from 'rxjs';
import type { Endpoint } from '../../core/endpoint.js';
import { EmbeddedArakoon } from '../arakoon/embeddedArakoon.js';
import { EmbeddedEtcd } from '../etcd/embeddedEtcd.js';
import type { EtcdFault, EtcdFaultRequest, EtcdServerOptions } from '../etcd/etcdServerOptions.js';
import { EmbeddedZooKeeper } from '../zookeeper/embeddedZooKeeper.js';
import type {
  ZooKeeperFault,
  ZooKeeperFaultRequest,
  ZooKeeperServerOptions,
} from '../zookeeper/zooKeeperServerOptions.js';
import { numberedNodes } from './numberedNodes.js';
import type { Process } from './process.js';
import type { ClientWorld } from './simulatedClients.js';
import type { Fact, RefusedRequest, SimulatedProcess, Violation } from './types.js';
import { VirtualClock } from './virtualClock.js';

/** A fault that waits for a request of a process. */
export interface PendingFault {
  readonly process: Process;
  /** How many requests of the process are served before it strikes. */
  after: number;
  readonly kind: string;
  /** `garbage`: something arrives in place of the reply that no server would say. */
  readonly fault: ZooKeeperFault | EtcdFault | 'garbage';
  /** Whose requests it is for. Default: those of any store. */
  readonly store?: Store;
}

type Store = 'zookeeper' | 'etcd';

/** What a world begins with. */
export interface WorldOptions {
  readonly server: ZooKeeperServerOptions;
  readonly etcd: EtcdServerOptions;
  /** Nodes that the server of ZooKeeper begins with. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** A reply without a request: a frame with nothing but a header. */
const GARBAGE = Buffer.from([0, 0, 0, 16, 0x7f, 0xff, 0xff, 0xfe, ...Array.from({ length: 12 }, () => 0)]);

/** Everything of one run: time, servers, processes, and notes about them. */
export class World implements ClientWorld {
  readonly clock = new VirtualClock();
  /** Gives numbers from 0 up to, not including, 1, for whatever is no actor's. */
  readonly random: () => number;
  readonly processes: Process[] = [];
  /** The version that the ZooKeeper server poses as. */
  readonly version: string;
  /** Where the processes look for ZooKeeper. */
  readonly servers$ = new BehaviorSubject<readonly Endpoint[]>([
    { host: 'zk1', port: 2181 },
    { host: 'zk2', port: 2181 },
  ]);
  readonly pending: PendingFault[] = [];
  /** How often each operation has reached the server. */
  readonly operations = new Map<string, number>();
  /** How often a kind of fault has met an operation: `cut getData`. */
  readonly meetings = new Map<string, number>();
  /** The requests that an `error` fault has refused. */
  readonly refusals: RefusedRequest[] = [];
  /** Whether the faults are over. */
  ending = false;
  /** Whether the servers have lost acknowledged writes. */
  lostData = false;
  /** Whether a server has ended a session or a lease early: a lease that goes by the clock may be wrong then. */
  endedEarly = false;
  violation: Violation | undefined;
  readonly #options: WorldOptions;
  readonly #facts = new Map<Fact<unknown>, unknown>();
  readonly #trace: string[] | undefined;
  readonly #latest = new Map<bigint | SimulatedProcess, string>(); // the operation that was asked for last
  #server: EmbeddedZooKeeper;
  #cluster: EmbeddedArakoon | undefined;
  #etcd: EmbeddedEtcd | undefined;

  /** @param trace where lines are written, if anybody reads them */
  constructor(options: WorldOptions, random: () => number, trace?: string[]) {
    this.random = random;
    this.version = options.server.version ?? '';
    this.#options = options;
    this.#trace = trace;
    this.#server = this.#serve();
  }

  /** The ZooKeeper server. */
  get server(): EmbeddedZooKeeper {
    return this.#server;
  }

  /** The Arakoon cluster. */
  get cluster(): EmbeddedArakoon {
    this.#cluster ??= new EmbeddedArakoon({ nodes: ['a', 'b', 'c'], scheduler: this.clock }, false);
    return this.#cluster;
  }

  /** Whether anybody uses Arakoon. */
  get hasCluster(): boolean {
    return this.#cluster !== undefined;
  }

  /** The etcd cluster. */
  get etcd(): EmbeddedEtcd {
    this.#etcd ??= new EmbeddedEtcd({ members: ['a', 'b', 'c'], ...this.#options.etcd, scheduler: this.clock }, false);
    return this.#etcd;
  }

  /** Whether anybody uses etcd. */
  get hasEtcd(): boolean {
    return this.#etcd !== undefined;
  }

  /** The value of a fact in this run. */
  get<T>(fact: Fact<T>): T {
    if (!this.#facts.has(fact)) this.#facts.set(fact, fact.initial());
    return this.#facts.get(fact) as T;
  }

  /** A law is broken; the first time counts. */
  violated(law: string, message: string): void {
    this.violation ??= { law, message, at: this.clock.now() };
  }

  /** A fault has met an operation of a process. */
  met(
    kind: string,
    process: Process,
    operation = this.#latest.get(process.sessionId) ?? this.#latest.get(process)
  ): void {
    if (operation !== undefined) count(this.meetings, `${kind} ${operation}`);
  }

  log(line: () => string): void {
    this.#trace?.push(`${String(Math.round(this.clock.now())).padStart(8)}  ${line()}`);
  }

  /** The server loses everything that it knows. */
  loseData(): void {
    this.lostData = true;
    void this.#server.stop();
    this.#server = this.#serve();
  }

  #serve(): EmbeddedZooKeeper {
    return new EmbeddedZooKeeper(
      { tickTime: 100, ...this.#options.server, scheduler: this.clock, faults: (request) => this.#faultFor(request) },
      false,
      numberedNodes(this.#options.numbers)
    );
  }

  #faultFor({ sessionId, operation, path, xid }: ZooKeeperFaultRequest): ZooKeeperFault | undefined {
    count(this.operations, operation);
    this.#latest.set(sessionId, operation);
    if (operation !== 'ping')
      this.log(() => {
        const process = this.processes.find((each) => each.alive && each.sessionId === sessionId);
        return `${process?.name ?? '?'} → ${operation} ${path ?? ''} (${xid})`;
      });
    const isOf = (process: Process) => process.alive && process.sessionId === sessionId;
    const fault = this.#pendingFault('zookeeper', isOf, operation, path);
    if (fault?.fault !== 'garbage') return fault?.fault;
    this.clock.schedule(() => fault.process.network.forge(GARBAGE));
    return undefined;
  }

  /** The fault of a request that a process makes of etcd, if it has one. */
  etcdFaultFor(own: SimulatedProcess, { operation, key, member }: EtcdFaultRequest): EtcdFault | undefined {
    count(this.operations, operation);
    this.#latest.set(own, operation);
    this.log(() => `${own.name} → ${member} ${operation} ${key ?? ''}`);
    const found = this.#pendingFault('etcd', (process) => process === own, operation, key);
    // a message that is none ends its connection, as a loss of the answer does
    if (found?.fault === 'garbage') return 'cutAfter';
    return found !== undefined && operation.includes(' /v2/') ? faultOfV2(found.fault) : found?.fault;
  }

  /** Takes the next fault that is due for a request. */
  #pendingFault(
    store: Store,
    isOf: (process: Process) => boolean,
    operation: string,
    path: string | undefined
  ): PendingFault | undefined {
    if (this.pending.length === 0) return undefined;
    const i = this.pending.findIndex((each) => (each.store ?? store) === store && isOf(each.process));
    const found = this.pending[i];
    if (found === undefined || found.after-- > 0) return undefined;
    this.pending.splice(i, 1);
    this.met(found.kind, found.process, operation);
    this.log(() => `        ${JSON.stringify(found.fault)}`);
    if (typeof found.fault === 'object' && 'error' in found.fault)
      this.refusals.push({ operation, path, error: found.fault.error });
    return found;
  }
}

/** Version 2 has one refusal that may pass. */
function faultOfV2(fault: EtcdFault): EtcdFault {
  if (typeof fault !== 'object' || !('error' in fault)) return fault;
  const { served, message = '' } = fault;
  return served === true ? 'cutAfter' : { error: 300, message };
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
