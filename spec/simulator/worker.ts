// Runs blocks of seeds, and says before each of them which it is: if it never comes back, its parent knows where.
import { type Actor, type SimulateOptions, type SimulatedFault, simulate } from '../../lib/testing/index.js';
import { ACTORS, LAWS } from './cast.js';
import { circumstances } from './circumstances.js';
import { ETCD_ACTORS, ETCD_LAWS, etcdCircumstances, meetsEtcd } from './etcdCast.js';
import { HIVE_LAWS, hiveCircumstances, meetsHive } from './hiveCast.js';
import { Coverage } from './coverage.js';
import { Watchdog } from './watchdog.js';

/** What a worker is asked to do. */
export interface Block {
  readonly seed: number;
  readonly runs: number;
  /** Names of actors; none: all of them. */
  readonly only: readonly string[];
  /** Whether only runs with etcd are wanted, or with a hive. */
  readonly alone: 'etcd' | 'hive' | undefined;
  /** Kinds of faults; none: all of them. */
  readonly faults: readonly string[];
  /** Whether a run that breaks a law is shortened. */
  readonly shortened: boolean;
  readonly coverage: boolean;
}

/** What came of a block, or a word that a run begins. */
export type Word =
  | { readonly kind: 'begins'; readonly seed: number }
  | {
      readonly kind: 'done';
      readonly runs: number;
      readonly passed: number;
      readonly faults: readonly (readonly [string, number])[];
      readonly operations: readonly (readonly [string, number])[];
      readonly meetings: readonly (readonly [string, number])[];
      readonly covered: readonly (readonly [string, number])[];
      readonly failure: string | undefined;
    };

const say = (word: Word) => void process.send!(word);
const watchdog = new Watchdog(Number(process.argv[2]));
let coverage: Coverage | undefined;

process.on('message', ({ seed: first, runs, only, alone, faults, shortened, coverage: wanted }: Block) => {
  if (wanted) coverage ??= new Coverage();
  const sums = {
    faults: new Map<string, number>(),
    operations: new Map<string, number>(),
    meetings: new Map<string, number>(),
  };
  let passed = 0;
  let made = 0;
  let failure: string | undefined;
  let seed = first;
  for (; seed < first + runs && failure === undefined; seed++) {
    say({ kind: 'begins', seed });
    watchdog.begins();
    for (const { actors, laws, ...options } of stages(seed, only, alone)) {
      const report = simulate(actors, laws, {
        runs: 1,
        seed,
        shortened,
        ...options,
        ...(faults.length > 0 && { faults: faults as SimulatedFault[] }),
      });
      passed += report.passed;
      made++;
      for (const what of ['faults', 'operations', 'meetings'] as const)
        for (const [name, count] of report[what]) sums[what].set(name, (sums[what].get(name) ?? 0) + count);
      if (report.failure === undefined) continue;
      failure = `${String(report.failure)}\n${inWords(options)}`;
      break;
    }
  }
  const covered = coverage?.take() ?? new Map<string, number>();
  say({
    kind: 'done',
    runs: made,
    passed,
    faults: [...sums.faults],
    operations: [...sums.operations],
    meetings: [...sums.meetings],
    covered: [...covered],
    failure,
  });
});

/** The runs of a seed: one with ZooKeeper and Arakoon, in some seeds one with etcd, and in others one with a hive. */
function stages(seed: number, only: readonly string[], alone: Block['alone']) {
  const chosen = (actors: readonly Actor[], among: readonly Actor[]) =>
    only.length === 0 ? actors : among.filter(({ name }) => only.includes(name));
  const first = circumstances(seed);
  const second = etcdCircumstances(seed);
  const third = hiveCircumstances(seed);
  return [
    ...(alone === undefined ? [{ ...first, actors: chosen(first.actors, ACTORS), laws: LAWS }] : []),
    ...(alone !== 'hive' && meetsEtcd(seed)
      ? [{ ...second, actors: chosen(second.actors, ETCD_ACTORS), laws: ETCD_LAWS }]
      : []),
    ...(alone !== 'etcd' && meetsHive(seed)
      ? [{ ...third, actors: chosen(third.actors, third.actors), laws: HIVE_LAWS }]
      : []),
  ].filter(({ actors }) => actors.length > 0);
}

function inWords({ client, numbers, etcdServer, etcdClient }: SimulateOptions): string {
  return `clients: ${JSON.stringify(client ?? etcdClient)}; servers: ${JSON.stringify(numbers ?? etcdServer)}`;
}
