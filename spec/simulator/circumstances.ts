import type { ConnectOptions } from '../../lib/index.js';
import type { Actor, SimulateOptions } from '../../lib/testing/index.js';
import { seededRandom } from '../../lib/testing/proxy/seededRandom.js';
import { DEFAULT_KINDS } from '../../lib/testing/simulator/plan.js';
import { ACTORS, GROUPS, type Group } from './cast.js';
import { SMALL_REQUEST } from './actors/crowds.js';
import { SMALL_REPLY } from './actors/large.js';

const EVERYBODY: Group = { actors: ACTORS, hardships: DEFAULT_KINDS };
/** The versions that the server poses as. */
const VERSIONS = ['3.4.14', '3.5.9', '3.6.3', '3.7.1', '3.8.0', '3.9.2', 'clickhouse-keeper'];
/** Parents whose children are numbered. */
const NUMBERING = [
  '/lock',
  '/kazoo',
  '/read-write',
  '/semaphore',
  '/multi/a',
  '/multi/b',
  '/reentrant',
  '/revocable',
  '/election',
  '/queue/entries',
  '/simple',
];
const LAST_NUMBER = 2 ** 31 - 1;

/**
 * What is drawn for a run besides its plan: who may take part, what kind of client they have, and what the server
 * begins with.
 */
export interface Circumstances extends Pick<SimulateOptions, 'versions' | 'client' | 'numbers' | 'faults'> {
  readonly actors: readonly Actor[];
}

/** The same circumstances for the same seed. */
export function circumstances(seed: number): Circumstances {
  const random = seededRandom(seed ^ 0x5eed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const { actors, hardships, client } = pick([...GROUPS, EVERYBODY, EVERYBODY]);
  return {
    actors,
    versions: VERSIONS,
    client: { ...drawnClient(pick), ...client },
    numbers: random() < 0.4 ? numbers(random) : {},
    faults: random() < 0.5 ? DEFAULT_KINDS : pick([hardships, [pick(hardships)]]),
  };
}

/** Small bounds, so that they are met. */
function drawnClient(pick: <T>(list: readonly T[]) => T): ConnectOptions {
  return {
    coalesce: pick([64, 64, 3, false]),
    maxInFlight: pick([1000, 1000, 3, 1]),
    maxRequestBytes: pick([1_048_575, 1_048_575, SMALL_REQUEST]),
    maxReplyBytes: pick([16 * 1024 ** 2, SMALL_REPLY]),
    offline: pick(['queue', 'queue', 'queue', 'fail'] as const),
    ...pick([{}, {}, { connectTimeout: 300 }]),
  };
}

/** Some parents are about to run out of numbers. */
function numbers(random: () => number): Readonly<Record<string, number>> {
  return Object.fromEntries(
    NUMBERING.filter(() => random() < 0.5).map((path) => [path, LAST_NUMBER - Math.floor(random() * 4)])
  );
}
