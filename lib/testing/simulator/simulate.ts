import { duration as milliseconds, flag, integer, knownKeys, oneOf } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';
import type { ConnectOptions as EtcdOptions } from '../../etcd/v3/options.js';
import type { ConnectOptions } from '../../zookeeper/options.js';
import { checkPath } from '../../zookeeper/path.js';
import type { ZooKeeperServerOptions } from '../zookeeper/zooKeeperServerOptions.js';
import type { EtcdServerOptions } from '../etcd/etcdServerOptions.js';
import { faults as allFaults, type SimulatedFault } from './faults.js';
import { DEFAULT_KINDS, type Plan, drawPlan } from './plan.js';
import { type Cast, runPlan } from './runPlan.js';
import { shorten } from './shorten.js';
import type { Actor, Law, Violation } from './types.js';

/** How much is run, and under which faults. Times are milliseconds of virtual time. */
export interface SimulateOptions {
  /** How many runs; each has a seed of its own. Default 100. */
  readonly runs?: number;
  /** The seed of the first run; the others follow. Default 1. */
  readonly seed?: number;
  /** How many processes there are at most. Default 3. */
  readonly processes?: number;
  /** How long faults go on in a run. Default 20,000. */
  readonly duration?: number;
  /** The kinds of faults. Default: all but `loseData` and those of etcd; for etcd see `ETCD_FAULTS`. */
  readonly faults?: readonly SimulatedFault[];
  /** Versions of ZooKeeper that the server poses as, or `clickhouse-keeper`. Default `['3.8.0']`. */
  readonly versions?: readonly string[];
  /** Options of the embedded ZooKeeper. */
  readonly server?: ZooKeeperServerOptions;
  /** Options of every client of ZooKeeper. */
  readonly client?: ConnectOptions;
  /** Options of the embedded etcd. Default members: `a`, `b` and `c`. */
  readonly etcdServer?: EtcdServerOptions;
  /** Options of every client of etcd. */
  readonly etcdClient?: EtcdOptions;
  /**
   * Nodes that the server has from the beginning, and how many children each of them has numbered: from 2^31 - 1 on, a
   * server gives out the same number again.
   */
  readonly numbers?: Readonly<Record<string, number>>;
  /** Whether a run that breaks a law is shortened. Default `true`. */
  readonly shortened?: boolean;
  /** Called before each run. */
  readonly onRun?: (plan: Plan) => void;
}

/** A run in which a law was broken. `String(failure)` says it in words, with the end of the trace. */
export interface SimulationFailure extends Violation {
  readonly seed: number;
  /** The plan, without the parts that are not needed to break the law. */
  readonly plan: Plan;
  /** The events of the run, line by line. */
  readonly trace: readonly string[];
  toString(): string;
}

/** The result of all runs. */
export interface SimulationReport {
  readonly runs: number;
  /** Virtual time of all runs together, in milliseconds. */
  readonly passed: number;
  /** How many faults of each kind were planned. */
  readonly faults: ReadonlyMap<string, number>;
  /** How many requests of each kind reached the server. */
  readonly operations: ReadonlyMap<string, number>;
  /** How often a kind of fault has met an operation: `cut getData`. */
  readonly meetings: ReadonlyMap<string, number>;
  /** The first failure: the runs end with it. */
  readonly failure: SimulationFailure | undefined;
}

/** How many lines of the trace are shown. */
const LINES = 150;
const KEYS: readonly (keyof SimulateOptions)[] = [
  'runs',
  'seed',
  'processes',
  'duration',
  'faults',
  'versions',
  'server',
  'client',
  'etcdServer',
  'etcdClient',
  'numbers',
  'shortened',
  'onRun',
];

/**
 * Runs your actors on embedded servers under faults, in virtual time, and checks your laws: thousands of runs a minute,
 * each drawn from its seed. The same seed gives the same run. A run that breaks a law is shortened: faults and actors
 * that are not needed are left out. It returns when a law is broken, or after the last run.
 *
 * Everything happens in one turn of the event loop, so actors must not use promises, nor timers that are not the
 * stage's.
 * During a run `Math.random`, `Date.now`, `randomUUID` and `randomBytes` come from the seed.
 *
 * Throws a `UsageError` that names an option.
 *
 * @example
 * ```ts
 * import { lock } from 'quorum-rx';
 * import { type Fact, simulate } from 'quorum-rx/testing';
 *
 * const holders: Fact<Set<string>> = { initial: () => new Set() };
 * const report = simulate(
 *   [
 *     {
 *       name: 'worker',
 *       start: (stage) => {
 *         const held = () => stage.get(holders).add(stage.process.name);
 *         stage.follow(lock(stage.zk, '/lock'), { next: (lease) => lease.valid && held() });
 *       },
 *     },
 *   ],
 *   [
 *     {
 *       name: 'a worker gets the lock',
 *       after: (world) => (world.get(holders).size === 0 ? 'none does' : undefined),
 *     },
 *   ],
 *   { runs: 20 }
 * );
 * if (report.failure !== undefined) throw new Error(String(report.failure));
 * ```
 */
export function simulate(
  actors: readonly Actor[],
  laws: readonly Law[],
  options: SimulateOptions = {}
): SimulationReport {
  const {
    runs = 100,
    seed = 1,
    processes = 3,
    duration = 20_000,
    faults: kinds = DEFAULT_KINDS,
    versions = ['3.8.0'],
    server = {},
    client = {},
    etcdServer = {},
    etcdClient = {},
    numbers = {},
    shortened = true,
    onRun,
  } = knownKeys('options', options, KEYS);
  integer('options.runs', runs, 1, 2 ** 31);
  integer('options.seed', seed, 0, 2 ** 32 - 1);
  integer('options.processes', processes, 1, 100);
  milliseconds('options.duration', duration);
  kinds.forEach((kind, i) => oneOf(`options.faults[${i}]`, kind, Object.keys(allFaults)));
  flag('options.shortened', shortened);
  for (const [path, count] of Object.entries(numbers)) {
    checkPath(path, 'options.numbers');
    integer(`options.numbers['${path}']`, count, -(2 ** 31), 2 ** 31 - 1);
  }
  if (actors.length === 0) throw new UsageError('actors', 'must be at least one');
  const world = { server, etcd: etcdServer, numbers };
  const cast: Cast = { actors, laws, world, clients: { zk: client, etcd: etcdClient } };
  const faults = new Map<string, number>();
  const operations = new Map<string, number>();
  const meetings = new Map<string, number>();
  let passed = 0;
  for (let run = 0; run < runs; run++) {
    const plan = drawPlan(seed + run, { actors: actors.length, kinds, versions, processes, duration });
    onRun?.(plan);
    const outcome = runPlan(plan, cast);
    passed += outcome.passed;
    for (const { kind } of plan.faults) faults.set(kind, (faults.get(kind) ?? 0) + 1);
    addCounts(operations, outcome.operations);
    addCounts(meetings, outcome.meetings);
    if (outcome.violation !== undefined)
      return {
        runs: run + 1,
        passed,
        faults,
        operations,
        meetings,
        failure: failureOf(plan, outcome.violation, cast, shortened),
      };
  }
  return { runs, passed, faults, operations, meetings, failure: undefined };
}

function addCounts(sum: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [what, count] of counts) sum.set(what, (sum.get(what) ?? 0) + count);
}

function failureOf(whole: Plan, { law }: Violation, cast: Cast, shortened: boolean): SimulationFailure {
  const plan = !shortened ? whole : shorten(whole, (shorter) => runPlan(shorter, cast).violation?.law === law);
  const trace: string[] = [];
  const violation = runPlan(plan, cast, trace).violation!;
  return { ...violation, seed: plan.seed, plan, trace, toString: () => inWords(whole, plan, violation, trace, cast) };
}

function inWords(
  whole: Plan,
  plan: Plan,
  { law, message, at }: Violation,
  trace: readonly string[],
  { actors }: Cast
): string {
  const placed = plan.placements.map(({ actor, process }) => `${actors[actor]!.name} in p${process}`);
  const happened = plan.faults.map(({ at: when, kind, process }) => `${when} ms ${kind} p${process}`);
  return [
    `seed ${plan.seed}: the law "${law}" is broken after ${Math.round(at)} ms: ${message}`,
    `ZooKeeper ${plan.version}, session timeout ${plan.sessionTimeout} ms, ${plan.processes} processes`,
    `actors (${plan.placements.length} of ${whole.placements.length}): ${placed.join(', ')}`,
    `faults (${plan.faults.length} of ${whole.faults.length}): ${happened.join(', ')}`,
    ...(trace.length > LINES ? [`(${trace.length - LINES} lines left out)`] : []),
    ...trace.slice(-LINES),
  ].join('\n');
}
