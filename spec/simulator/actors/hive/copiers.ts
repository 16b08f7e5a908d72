import { copyHive, rawHive } from '../../../../lib/hive/index.js';
import type { Actor, Fact, Law, SimulatedWorld, Stage } from '../../../../lib/testing/index.js';
import { attempt } from './changes.js';
import { type AnyHive, SIZES, hiveOf, timeOf } from './hives.js';
import { ALIASES, type Home, type HomeCells, type Version, headsAmong } from './homes.js';
import { isGone, ledgerOf } from './ledger.js';
import { type Memory, cellsOf, keptIn, newMemory } from './memory.js';
import { sweepsAtLast } from './sweepers.js';

/** The store that copies go to, and who copies. */
interface Target {
  readonly memory: Memory;
  copying: number;
  /** How many copies have begun. */
  begun: number;
  /** What is wrong with one that was done. */
  fault: string | undefined;
}

const targets: Fact<Target> = {
  initial: () => ({ memory: newMemory(), copying: 0, begun: 0, fault: undefined }),
};

/** Copies a hive to another store, again and again. Processes that die leave copies that others complete. */
export function copier(home: Home): Actor {
  return {
    name: `copier of a hive in ${home.name}`,
    start(stage) {
      const source = sweepsAtLast(stage, home);
      stage.every(3000, () => copy(stage, stage.random() < 0.7 ? source : hiveOf(stage, home, { pause: 500 })));
    },
  };
}

function targetOf(stage: Stage): AnyHive {
  const { memory } = stage.get(targets);
  const scheduler = { now: () => timeOf(stage), schedule: stage.scheduler.schedule.bind(stage.scheduler) };
  return rawHive<Version, HomeCells>((place) => cellsOf(stage, memory, `${place}/`), {
    ...SIZES,
    scheduler,
  });
}

function copy(stage: Stage, source: AnyHive): void {
  const target = stage.get(targets);
  const ledger = ledgerOf(stage.world);
  const before = new Map(ALIASES.map((alias) => [alias, ledger.now(alias)]));
  const alone = target.copying++ === 0;
  const own = ++target.begun;
  const to = targetOf(stage);
  attempt(stage, 'copy of a hive', copyHive<Uint8Array, Version, Version>(source, to), {
    done: () => {
      if (alone && target.begun === own) target.fault ??= wrongWith(stage.world, before);
      for (const alias of ALIASES) readCopy(stage, to, alias);
    },
    left: () => void target.copying--,
  });
}

/** Entries that have not changed since the copy began are the same in the target. */
function wrongWith(world: SimulatedWorld, before: ReadonlyMap<string, number>): string | undefined {
  const ledger = ledgerOf(world);
  const copies = ledger.writesOf(headsAmong(keptIn(world.get(targets).memory, 'index')));
  for (const [alias, at] of before) {
    const state = ledger.of(alias).at(-1)!;
    if (ledger.now(alias) !== at || isGone(state, ledger.latest) || copies.get(alias) === state.write) continue;
    return `${alias}: ${copies.get(alias)}, and not ${state.write}`;
  }
  return undefined;
}

/** Whatever is in the target is whole. */
function readCopy(stage: Stage, to: AnyHive, alias: string): void {
  attempt(stage, `get the copy of ${alias}`, to.get(alias), {
    done: (content) => {
      if (ledgerOf(stage.world).contents.writeOf(content) === undefined)
        stage.violated('a copy of a hive is whole', `${alias}: ${Buffer.from(content).toString('latin1')}`);
    },
    failed: ({ code, message }) => {
      if (code === 'CORRUPT') stage.violated('a copy of a hive is whole', message);
    },
  });
}

export const copiesAreWhole: Law = {
  name: 'a copy of a hive that is done has every entry',
  during: (world) => world.get(targets).fault,
};
