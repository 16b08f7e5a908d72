import { seededRandom } from '../proxy/seededRandom.js';
import type { ZooKeeperServerOptions } from '../zookeeper/zooKeeperServerOptions.js';
import { faults } from './faults.js';
import type { Plan, PlannedFault } from './plan.js';
import { seededGlobals } from './seededGlobals.js';
import { Process, THROWN } from './process.js';
import { requestFaults } from './requestFaults.js';
import type { ClientOptions } from './simulatedClients.js';
import { World, type WorldOptions } from './world.js';
import { ProcessStage } from './processStage.js';
import type { Actor, Law, Violation } from './types.js';

/** How many tasks may run at one moment of virtual time until that is taken for a loop. */
const MOST_TASKS_AT_ONCE = 100_000;
/** Time without faults before the laws look at the end of a run, in milliseconds. */
const QUIET = 60_000;
/** How long after unsubscribing nothing may be left at an etcd that is well, in milliseconds. */
const A_MOMENT = 500;
/** How long after closing nothing may be left. */
const AFTERMATH = 60_000;

/** The actors and the laws of a run. */
export interface Cast {
  readonly actors: readonly Actor[];
  readonly laws: readonly Law[];
  /** What the servers begin with. */
  readonly world: WorldOptions;
  readonly clients: ClientOptions;
}

/** The result of one run. */
export interface Outcome {
  readonly violation: Violation | undefined;
  /** Milliseconds of virtual time. */
  readonly passed: number;
  readonly operations: ReadonlyMap<string, number>;
  /** How often a kind of fault has met an operation. */
  readonly meetings: ReadonlyMap<string, number>;
}

/** These meet the request that they strike at. */
const AT_A_REQUEST: ReadonlySet<string> = new Set([...Object.keys(requestFaults), 'refusal']);

class Violated extends Error {}

/**
 * Runs a plan to its end, or to the first law that is broken. The same plan gives the same run, to the last event.
 *
 * @param trace gets a line for each thing that happens
 */
export function runPlan(plan: Plan, { actors, laws, world: initial, clients }: Cast, trace?: string[]): Outcome {
  const random = seededRandom(plan.seed);
  const world = new World({ ...initial, server: { ...posing(plan.version), ...initial.server } }, random, trace);
  const restore = seededGlobals(
    random,
    () => world.clock.now(),
    (error) => {
      if (error !== THROWN)
        world.violated(
          'no error is left unhandled',
          error instanceof Error ? (error.stack ?? String(error)) : String(error)
        );
    }
  );
  const lives = new Map<Process, number>();
  const begin = (process: Process) => {
    const number = world.processes.indexOf(process);
    const life = (lives.get(process) ?? 0) + 1;
    lives.set(process, life);
    for (const { actor, seed } of plan.placements.filter((each) => each.process === number)) {
      if (!process.alive) return; // an actor before this one has ended it, inside `next`
      const { name, start } = actors[actor]!;
      start.call(actors[actor], new ProcessStage(world, process, name, seededRandom(seed + life)));
    }
  };
  const check = () => {
    for (const law of laws) {
      const message = law.during?.(world);
      if (message !== undefined) world.violated(law.name, message);
    }
    if (world.violation !== undefined) throw new Violated();
  };
  const pass = (ms: number) => world.clock.advance(ms, withBudget(world, check));
  try {
    const options = { ...clients, zk: { sessionTimeout: plan.sessionTimeout, ...clients.zk } };
    for (let i = 0; i < plan.processes; i++) world.processes.push(new Process(world, `p${i}`, options, begin));
    for (const process of world.processes) process.start();
    for (const fault of plan.faults) world.clock.schedule(() => strike(world, plan, fault), fault.at);
    pass(plan.duration);
    world.ending = true;
    heal(world);
    pass(QUIET);
    for (const law of laws) {
      const message = law.after?.(world);
      if (message !== undefined) world.violated(law.name, message);
    }
    if (world.violation === undefined) lookForRemains(world, pass);
  } catch (error) {
    if (!(error instanceof Violated))
      world.violated('nothing is thrown', error instanceof Error ? (error.stack ?? String(error)) : String(error));
  } finally {
    restore();
  }
  return {
    violation: world.violation,
    passed: world.clock.now(),
    operations: world.operations,
    meetings: world.meetings,
  };
}

function posing(version: string): ZooKeeperServerOptions {
  return /^\d/.test(version) ? { version } : { profile: version as 'clickhouse-keeper' };
}

function strike(world: World, { sessionTimeout }: Plan, { kind, process: number, lasting, seed }: PlannedFault): void {
  const process = world.processes[number]!;
  const random = seededRandom(seed);
  if (!AT_A_REQUEST.has(kind)) world.met(kind, process);
  const detail = faults[kind]({
    world,
    process,
    lasting,
    sessionTimeout,
    between: (low, high) => low + Math.floor(random() * (high - low + 1)),
    pick: (list) => list[Math.floor(random() * list.length)]!,
    later: (undo) => void world.clock.schedule(undo, lasting),
  });
  world.log(() => `—— ${kind} ${process.name} ${detail} (${lasting} ms)`);
}

/** Faults that are under way end by themselves a little later; nothing new begins. */
function heal(world: World): void {
  world.pending.length = 0;
  world.servers$.next([{ host: 'zk1', port: 2181 }]);
  world.clock.schedule(() => {
    for (const process of world.processes) {
      process.ambush = undefined;
      process.network.heal();
      process.start();
    }
    world.log(() => '—— all is well');
  }, 15_000); // longer than any fault lasts
}

/** Every process closes its client: then no session, link, ephemeral or timer may be left. */
function lookForRemains(world: World, pass: (ms: number) => void): void {
  if (world.hasEtcd) lookForSubscriptions(world, pass);
  for (const process of world.processes) process.end('close');
  pass(AFTERMATH);
  const { server } = world;
  const ephemerals = [...server.tree()].filter(([, { stat }]) => stat.ephemeralOwner !== 0n).map(([path]) => path);
  if (server.sessions.length > 0) world.violated('a closed client leaves no session', String(server.sessions));
  if (server.connections > 0) world.violated('a closed client leaves no link', String(server.connections));
  if (ephemerals.length > 0) world.violated('a closed client leaves no ephemeral', ephemerals.join(' '));
  if (world.hasEtcd) lookForRemainsIn(world);
  void server.stop();
  if (world.hasCluster) void world.cluster.stop();
  pass(AFTERMATH);
  if (world.clock.pending > 0) world.violated('a closed client leaves no timer', `${world.clock.pending} wait`);
}

/** In half of the runs all subscriptions end while the clients still stand: then no watcher and no lease is left. */
function lookForSubscriptions(world: World, pass: (ms: number) => void): void {
  if (world.random() < 0.5) return;
  for (const process of world.processes) process.quit();
  pass(A_MOMENT);
  const { watchers, leases } = world.etcd;
  if (watchers > 0) world.violated('what is unsubscribed leaves no watcher', String(watchers));
  if (leases.size > 0) world.violated('what is unsubscribed leaves no lease', [...leases.keys()].join(' '));
}

function lookForRemainsIn(world: World): void {
  const { etcd } = world;
  if (etcd.connections() > 0) world.violated('a closed client leaves no link', `${etcd.connections()} to etcd`);
  if (etcd.watchers > 0) world.violated('a closed client leaves no watcher', String(etcd.watchers));
  if (etcd.leases.size > 0) world.violated('a closed client leaves no lease', [...etcd.leases.keys()].join(' '));
  void etcd.stop();
}

/** Ends a loop in which no time passes. */
function withBudget(world: World, check: () => void): () => void {
  let [moment, tasks] = [-1, 0];
  return () => {
    const now = world.clock.now();
    if (now !== moment) [moment, tasks] = [now, 0];
    if (++tasks > MOST_TASKS_AT_ONCE) world.violated('no loop without time passing', `${tasks} tasks at ${now} ms`);
    check();
  };
}
