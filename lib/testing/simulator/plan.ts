import { seededRandom } from '../proxy/seededRandom.js';
import { etcdFaults } from './etcdFaults.js';
import { faults, type SimulatedFault } from './faults.js';

/** A fault to come. Times are milliseconds. */
export interface PlannedFault {
  readonly at: number;
  readonly kind: SimulatedFault;
  /** The number of the process that it befalls. */
  readonly process: number;
  readonly lasting: number;
  /** Seed of its details. */
  readonly seed: number;
}

/** An actor in a process. */
export interface Placement {
  readonly actor: number;
  readonly process: number;
  /** Seed of its actions. */
  readonly seed: number;
}

/** All that is decided before a run begins. */
export interface Plan {
  readonly seed: number;
  readonly version: string;
  readonly sessionTimeout: number;
  readonly processes: number;
  /** How long faults go on, in milliseconds. */
  readonly duration: number;
  readonly placements: readonly Placement[];
  readonly faults: readonly PlannedFault[];
}

/** The bounds of a plan. */
export interface PlanBounds {
  /** How many actors there are. */
  readonly actors: number;
  readonly kinds: readonly SimulatedFault[];
  readonly versions: readonly string[];
  readonly processes: number;
  readonly duration: number;
}

const KINDS = Object.keys(faults) as SimulatedFault[];
const OF_ETCD = new Set(Object.keys(etcdFaults));
/** Kinds that mean nothing to etcd and its clients. */
const NOT_OF_ETCD: ReadonlySet<SimulatedFault> = new Set<SimulatedFault>([
  ...(['pieces', 'drip', 'words', 'error', 'expire', 'drop', 'outage', 'freeze', 'readOnly', 'servers'] as const),
  ...(['loseData', 'freezeNode', 'master'] as const),
]);

/**
 * The kinds of faults that a run has unless it is told otherwise: all that leave acknowledged data in place, but for
 * those of etcd.
 */
export const DEFAULT_KINDS = KINDS.filter((kind) => kind !== 'loseData' && !OF_ETCD.has(kind));

/**
 * The kinds of faults for users of etcd: for the option `faults` of `simulate`.
 *
 * @example
 * ```ts
 * import { ETCD_FAULTS, type Actor, simulate } from 'quorum-rx/testing';
 *
 * const writer: Actor = {
 *   name: 'writer',
 *   start: (stage) => stage.every(500, () => stage.follow(stage.etcd.put('greeting', Buffer.from('hello')))),
 * };
 * simulate([writer], [], { faults: ETCD_FAULTS, runs: 10 });
 * ```
 */
export const ETCD_FAULTS = KINDS.filter((kind) => !NOT_OF_ETCD.has(kind));

/** The same plan for the same seed and bounds. */
export function drawPlan(seed: number, { actors, kinds, versions, processes, duration }: PlanBounds): Plan {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const count = 1 + below(processes);
  const chosen = chooseActors(actors, random);
  const placements = chosen.flatMap((actor) =>
    Array.from({ length: 1 + below(count) }, () => ({ actor, process: below(count), seed: below(2 ** 31) }))
  );
  // not all of them at once: each is seen without the others too, and again and again
  const share = pick([0.1, 0.1, 0.6]);
  const some = kinds.filter(() => random() < share);
  const drawn = some.length === 0 ? [pick(kinds)] : some;
  const amount = 1 + below(pick([6, 15, 40]));
  const faults = Array.from({ length: kinds.length === 0 ? 0 : amount }, (): PlannedFault => {
    const lasting = Math.round(pick([1, 100, 1000, 4000, 9000]) * (0.5 + random()));
    return {
      at: Math.round(random() * duration),
      kind: pick(drawn),
      process: below(count),
      lasting,
      seed: below(2 ** 31),
    };
  });
  return {
    seed,
    version: pick(versions),
    sessionTimeout: pick([1000, 2000, 4000, 4000, 10_000]),
    processes: count,
    duration,
    placements,
    faults: faults.sort((a, b) => a.at - b.at),
  };
}

/** So few actors may all take part in one run. */
const FEW = 8;

/** All, or a few of many. */
function chooseActors(actors: number, random: () => number): number[] {
  const all = Array.from({ length: actors }, (_, i) => i);
  if (actors <= 2 || (actors <= FEW && random() < 0.5)) return all;
  const size = 1 + Math.floor(random() * Math.min(actors, 5));
  return all
    .map((actor) => ({ actor, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, size)
    .map(({ actor }) => actor);
}
