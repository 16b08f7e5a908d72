import type { Fact, Actor, Law, Stage } from '../../../../lib/testing/index.js';
import { again, forLife } from '../goingOn.js';
import type { EntryFacts, WatchedEntries } from '../../../../lib/hive/index.js';
import type { AnyHive } from './hives.js';
import { ALIASES, type Home, type Version } from './homes.js';
import { isGone, ledgerOf } from './ledger.js';
import { sees } from './reads.js';
import { sweepsAtLast } from './sweepers.js';

/** An entry, or all of them, as a process is shown them. */
interface View {
  readonly stage: Stage;
  readonly alias: string;
  shown: string | undefined;
  entries: WatchedEntries<Version> | undefined;
}

const views: Fact<Set<View>> = { initial: () => new Set() };

/** Watches entries, one by one and together. */
export function watcher(home: Home): Actor {
  return {
    name: `watcher of a hive in ${home.name}`,
    start(stage) {
      const hive = sweepsAtLast(stage, home);
      if (hive.watch === undefined || hive.watchPrefix === undefined) return;
      for (let i = stage.between(1, 3); i > 0; i--) watchOne(stage, hive, stage.pick(ALIASES));
      watchAll(stage, hive);
    },
  };
}

function watchOne(stage: Stage, hive: AnyHive, alias: string): void {
  const own: View = { stage, alias, shown: undefined, entries: undefined };
  let floor = 0;
  forLife(stage, stage.get(views), own);
  again(stage, () => hive.watch!(alias), {
    next: (now) => {
      const { stale, kind } = now;
      stage.log(() => `${alias} ${kind}${stale ? ' stale' : ''}`);
      own.shown = `${stale ? 'stale ' : ''}${kind}`;
      if (kind !== 'present' && kind !== 'absent') return;
      const { write, at } = sees(stage, 'watch', alias, kind === 'present' ? now.value : undefined, floor);
      if (kind === 'present' && !stale) own.shown = write;
      floor = at ?? floor;
    },
  });
}

function watchAll(stage: Stage, hive: AnyHive): void {
  const own: View = { stage, alias: '', shown: undefined, entries: undefined };
  forLife(stage, stage.get(views), own);
  again(stage, () => hive.watchPrefix!(''), { next: (now) => void (own.entries = now) });
}

function wordsOf(entries: ReadonlyMap<string, Pick<EntryFacts<Version>, 'version'>>): string {
  return [...entries]
    .map(([alias, { version }]) => `${alias}=${version}`)
    .sort()
    .join(' ');
}

export const watchersKnow: Law = {
  name: 'what is watched in a hive is true when all is well',
  after: (world) => {
    const ledger = ledgerOf(world);
    for (const { alias, shown, entries, stage } of world.get(views)) {
      if (alias === '') {
        const truth = wordsOf(
          new Map(
            ledger.aliases.flatMap((each) => {
              const { write, version } = ledger.of(each).at(-1)!;
              return write === undefined ? [] : [[each, { version: version! }] as const];
            })
          )
        );
        if (entries?.stale !== false || wordsOf(entries.entries) !== truth)
          return `all, in ${stage.process.name}: ${entries && wordsOf(entries.entries)}, and not ${truth}`;
        continue;
      }
      const state = ledger.of(alias).at(-1)!;
      const truth = isGone(state, stage.process.clock.wallNow()) ? 'absent' : state.write;
      if (shown !== truth) return `${alias}, in ${stage.process.name}: ${shown}, and not ${truth}`;
    }
    return undefined;
  },
};
