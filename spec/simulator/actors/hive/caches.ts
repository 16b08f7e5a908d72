import { type NearCache, nearCache } from '../../../../lib/hive/index.js';
import type { CoordinationError } from '../../../../lib/index.js';
import type { Actor, Fact, Law, Stage } from '../../../../lib/testing/index.js';
import { atEndOfLife, forLife } from '../goingOn.js';
import { makes } from './changes.js';
import { type AnyHive, hiveOf } from './hives.js';
import { ALIASES, type Home } from './homes.js';
import { isGone, ledgerOf } from './ledger.js';
import { sees } from './reads.js';
import { sweepsAtLast } from './sweepers.js';
import { newContent } from './writers.js';

/** An entry as a near cache has given it out last, and the oldest state that it may give out next. */
interface Given {
  readonly stage: Stage;
  readonly alias: string;
  write: string | undefined;
  floor: number;
}

const givens: Fact<Set<Given>> = { initial: () => new Set() };
/** Milliseconds from one read of an entry to the next. */
const OFTEN = 400;

/** Reads entries through a near cache, and writes some of them. */
export function cacher(home: Home): Actor {
  return {
    name: `near cache of a hive in ${home.name}`,
    start(stage) {
      sweepsAtLast(stage, home);
      const hive = hiveOf(stage, home);
      if (hive.watch === undefined) return;
      const limiterMaxEntriesCount = stage.pick([1000, 1000, 2]);
      const cache = nearCache(hive as never, { limiterMaxEntriesCount }) as AnyHive & NearCache;
      atEndOfLife(stage, () => cache.clearCache()); // its watches are those of the client, and not of a subscriber
      for (const alias of ALIASES) {
        const given: Given = { stage, alias, write: undefined, floor: 0 };
        forLife(stage, stage.get(givens), given);
        readOn(stage, cache, given);
        stage.every(4000, () => write(stage, cache, given));
      }
    },
  };
}

/** Reads also when the faults are over. */
function readOn(stage: Stage, cache: AnyHive, given: Given): void {
  read(stage, cache, given);
  stage.after(OFTEN, () => readOn(stage, cache, given));
}

function read(stage: Stage, cache: AnyHive, given: Given): void {
  const { alias, floor } = given;
  const shows = (content: Uint8Array | undefined) => {
    const { write, at } = sees(stage, 'get from a near cache', alias, content, floor);
    given.write = content && write; // also an entry that has run out has a content in the store
    given.floor = Math.max(given.floor, at ?? floor);
  };
  stage.follow(cache.get(alias), {
    next: shows,
    error: ({ code }: CoordinationError) => void (code === 'ALIAS_NOT_FOUND' && shows(undefined)),
  });
}

/** A write through a cache shows in the next read through it. */
function write(stage: Stage, cache: AnyHive, given: Given): void {
  const { alias } = given;
  const own = newContent(stage);
  const wanted = { what: 'update through a cache', alias, kind: 'write', write: own.write } as const;
  makes(stage, wanted, cache.update(alias, own.content), {
    version: (version) => version,
    done: () => {
      const at = ledgerOf(stage.world)
        .of(alias)
        .findIndex(({ write: each }) => each === own.write);
      given.floor = Math.max(given.floor, at);
    },
  });
}

export const cachesKnow: Law = {
  name: 'what a near cache gives out is true when all is well',
  after: (world) => {
    const ledger = ledgerOf(world);
    for (const { stage, alias, write: last } of world.get(givens)) {
      const state = ledger.of(alias).at(-1)!;
      const now = stage.process.clock.wallNow();
      if (state.expiresAt !== undefined && Math.abs(now - state.expiresAt) < 2 * OFTEN) continue; // it runs out now
      const truth = isGone(state, now) ? undefined : state.write;
      if (last !== truth) return `${alias}, in ${stage.process.name}: ${last}, and not ${truth}`;
    }
    return undefined;
  },
};
