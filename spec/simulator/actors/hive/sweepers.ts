import { decodeHead } from '../../../../lib/hive/heads/head.js';
import { decodeUpload } from '../../../../lib/hive/upload/uploadRecord.js';
import type { Actor, Fact, Law, SimulatedWorld, Stage } from '../../../../lib/testing/index.js';
import { again, forLife, nowAndThen } from '../goingOn.js';
import { type AnyHive, GRACE, type Habits, SLICE, aNap, hiveOf } from './hives.js';
import type { Home, Kept } from './homes.js';
import { ledgerOf, noteClocks } from './ledger.js';

/** The actor that sweeps when the faults are over. */
const tidy: Fact<Set<Stage>> = { initial: () => new Set() };
/** Milliseconds from one sweep to the next, when the faults are over. */
const SWEEP_EVERY = 3000;

/** The hive of an actor, which sweeps when the faults are over. */
export function sweepsAtLast(stage: Stage, home: Home): AnyHive {
  ledgerOf(stage.world).begin(stage.world, home);
  const hive = hiveOf(stage, home);
  const tidying = stage.get(tidy);
  const look = () => {
    if (stage.world.ending && tidying.size === 0) forLife(stage, tidying, stage);
    if (tidying.has(stage)) stage.follow(hive.sweep());
    stage.after(SWEEP_EVERY, look);
  };
  look();
  return hive;
}

/** Sweeps all the time: by itself, or in turns with other processes. */
export function sweeper(home: Home): Actor {
  return {
    name: `sweeper of a hive in ${home.name}`,
    start(stage) {
      const hive = sweepsAtLast(stage, home);
      const naps = (): Habits => ({ nap: aNap(stage) });
      const hesitates = (): Habits => ({ hesitation: stage.between(500, GRACE) });
      const habits = stage.pick([undefined, naps, hesitates, hesitates]);
      if (habits === undefined) again(stage, () => hive.sweeper({ every: 1000 }));
      else again(stage, () => hiveOf(stage, home, habits()).sweep(), {}, stage.pick([500, 2000]));
      stage.every(6000, () => stage.follow(hive.sweep({ dryRun: true })));
    },
  };
}

/** The cells whose keys begin with a prefix, without it. */
function below(cells: ReadonlyMap<string, Kept>, prefix: string): readonly (readonly [string, Kept])[] {
  return [...cells].flatMap(([key, kept]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), kept] as const] : []
  );
}

/** The entries of a store with the keys of their slices. */
function heads(index: ReadonlyMap<string, Kept>) {
  return below(index, 'h/').map(([alias, { value }]) => {
    const head = decodeHead(value);
    const { id = '', crcs = [] } = head.sliced ?? {};
    return { alias, head, id, slices: crcs.map((_, number) => `${id}.${String(number).padStart(6, '0')}`) };
  });
}

export const clocksAreSeen: Law = {
  name: 'the clocks of all processes are seen',
  during: (world) => void noteClocks(world),
};

export const headsAreWritten: Law = {
  name: 'every head of a hive is of a content that was written',
  during: (world) => ledgerOf(world).fault,
};

/** When the slices were looked at. */
const looked: Fact<{ stamp: number }> = { initial: () => ({ stamp: 0 }) };

export const slicesAreThere: Law = {
  name: 'the slices of a visible entry of a hive are there',
  during: nowAndThen((world) => {
    const { home } = ledgerOf(world);
    const last = world.get(looked);
    if (home === undefined || home.stamp(world) === last.stamp) return undefined;
    last.stamp = home.stamp(world);
    const slices = home.kept(world, 'slices');
    const found = heads(home.kept(world, 'index')).find((each) => each.slices.some((key) => !slices.has(key)));
    return found && `${found.alias}: ${found.slices.filter((key) => !slices.has(key)).join(' ')}`;
  }),
};

/** Sweeps may wait for a connection. */
const PATIENCE = GRACE + 12_000;

function orphans(world: SimulatedWorld): string | undefined {
  const { home } = ledgerOf(world);
  if (home === undefined || home.stamp(world) === 0) return undefined;
  const index = home.kept(world, 'index');
  const now = Math.min(...world.processes.map(({ clock }) => clock.wallNow()));
  const isOld = (since: number) => now - since > PATIENCE;
  const entries = heads(index);
  const live = new Set(entries.flatMap(({ id }) => (id === '' ? [] : [id])));
  const records = new Map(below(index, 'u/').map(([id, { value }]) => [id, decodeUpload(value, SLICE)]));
  const bare = [...live].find((id) => !records.has(id));
  if (bare !== undefined) return `the visible upload ${bare} has no record`;
  for (const [id, { state, since }] of records) {
    if (live.has(id) ? state !== 'visible' : isOld(since)) return `${state} since ${since}, ${id}, at ${now}`;
  }
  const known = new Set([...records.keys()]);
  const stray = [...home.kept(world, 'slices').keys()].find((key) => !known.has(key.split('.')[0]!));
  if (stray !== undefined) return `the slice ${stray} has no record`;
  const over = entries.find(({ head: { expiresAt } }) => expiresAt !== undefined && isOld(expiresAt));
  if (over !== undefined) return `the entry ${over.alias} ran out at ${over.head.expiresAt}, at ${now}`;
  const mark = below(index, 'e/').find(
    ([alias, { value }]) =>
      isOld(Number(String(Buffer.from(value)))) &&
      entries.find((each) => each.alias === alias)?.head.expiresAt === undefined
  );
  return mark && `the mark ${mark[0]} of ${String(Buffer.from(mark[1].value))} is of no use, at ${now}`;
}

export const nothingIsForgotten: Law = {
  name: 'nothing is left in a hive but what entries need',
  after: orphans,
};
