import type { CoordinationError } from '../../../../lib/index.js';
import type { Actor, Stage } from '../../../../lib/testing/index.js';
import { attempt } from './changes.js';
import { type AnyHive, GRACE, type Habits, aNap, hiveOf } from './hives.js';
import { ALIASES, type Home } from './homes.js';
import { isGone, ledgerOf } from './ledger.js';
import { floorOf, sees } from './reads.js';
import { sweepsAtLast } from './sweepers.js';

/** Reads entries, whole and in parts, quickly and slowly. */
export function reader(home: Home): Actor {
  return {
    name: `reader of a hive in ${home.name}`,
    start(stage) {
      const hive = sweepsAtLast(stage, home);
      const often = stage.pick([500, 1500]);
      const habits = (): Habits => stage.pick([{}, { pause: 1000 }, { pause: GRACE }, { nap: aNap(stage) }]);
      stage.every(often, () => read(stage, hive));
      stage.every(4 * often, () => readFacts(stage, hive));
      stage.every(2 * often, () => download(stage, hiveOf(stage, home, habits())));
      stage.every(3000, () => goOn(stage, hiveOf(stage, home, habits())));
    },
  };
}

/** What a read is told that is not a value. */
function isRefused(stage: Stage, what: string, alias: string, floor: number) {
  return ({ code, message }: CoordinationError) => {
    if (code === 'ALIAS_NOT_FOUND') sees(stage, what, alias, undefined, floor);
    if (code === 'CORRUPT') stage.violated('no content of a hive is damaged', message);
  };
}

function read(stage: Stage, hive: AnyHive): void {
  const alias = stage.pick(ALIASES);
  const latest = stage.random() < 0.5;
  const floor = floorOf(stage, alias, latest);
  attempt(stage, `get ${alias}`, stage.random() < 0.5 ? hive.get(alias, { latest }) : hive.getRaw(alias, { latest }), {
    done: (content) => void sees(stage, 'get', alias, content, floor),
    failed: isRefused(stage, 'get', alias, floor),
  });
}

function readFacts(stage: Stage, hive: AnyHive): void {
  const floors = ALIASES.map((alias) => floorOf(stage, alias, true));
  attempt(stage, 'list', hive.list('', { latest: true }), {
    done: (found) => {
      const { world } = stage;
      const ledger = ledgerOf(world);
      for (const [i, alias] of ALIASES.entries()) {
        const states = ledger.of(alias).slice(floors[i]);
        const isThere = found.includes(alias);
        if (isThere && ledger.home?.listsRemains === true) continue;
        if (!states.some(({ write, hides }) => hides || isThere === (write !== undefined)))
          stage.violated('reads of a hive are linearizable', `list: ${alias} ${isThere ? 'is' : 'is not'} there`);
      }
    },
  });
  const alias = stage.pick(ALIASES);
  const floor = floorOf(stage, alias, true);
  attempt(stage, `stat ${alias}`, hive.stat(alias, { latest: true }), {
    done: (facts) => {
      const { latest, of } = bound(stage);
      const states = of(alias).slice(floor);
      const isSo = states.some((state) =>
        facts === undefined ? isGone(state, latest) : state.version === facts.version
      );
      if (!isSo && !states.some(({ hides }) => hides))
        stage.violated('reads of a hive are linearizable', `stat ${alias}: ${String(facts?.version)}`);
    },
  });
}

function bound(stage: Stage) {
  const ledger = ledgerOf(stage.world);
  return { latest: ledger.latest, of: (alias: string) => ledger.of(alias) };
}

function download(stage: Stage, hive: AnyHive): void {
  const alias = stage.pick(ALIASES);
  const latest = stage.random() < 0.5;
  const part = stage.pick([{ from: 0 }, { from: 0 }, { from: stage.between(0, 400), to: stage.between(400, 2000) }]);
  const floor = floorOf(stage, alias, latest);
  const pieces: Uint8Array[] = [];
  attempt(stage, `download ${alias}`, hive.download(alias, { ...part, latest }), {
    next: (piece) => void pieces.push(piece),
    done: () => void sees(stage, 'download', alias, Buffer.concat(pieces), floor, part),
    failed: (error) => {
      isRefused(stage, 'download', alias, floor)(error);
      if (error.code === 'ENTRY_CHANGED' && pieces.length > 0) hadTime(stage, alias, Buffer.concat(pieces), floor);
    },
  });
}

/** A reader that has begun has the time of grace to come to the end. */
function hadTime(stage: Stage, alias: string, begun: Uint8Array, floor: number): void {
  const ledger = ledgerOf(stage.world);
  const states = ledger.of(alias);
  const i = states.findIndex(
    ({ write }, at) =>
      at >= floor &&
      write !== undefined &&
      Buffer.compare(ledger.contents.of(write).subarray(0, begun.length), begun) === 0
  );
  const next = states[i + 1];
  if (i < 0 || next === undefined || ledger.skewed) return;
  const since = stage.world.clock.now() - next.at;
  if (since < GRACE)
    stage.violated('a content of a hive stays for the time of grace', `${alias} went ${since} ms after its end`);
}

/** Reads the first part of a content, and then the rest of the same version. */
function goOn(stage: Stage, hive: AnyHive): void {
  const alias = stage.pick(ALIASES);
  const floor = floorOf(stage, alias, true);
  const at = stage.between(1, 1000);
  const pieces: Uint8Array[] = [];
  const next = (piece: Uint8Array) => void pieces.push(piece);
  attempt(stage, `stat ${alias}`, hive.stat(alias, { latest: true }), {
    done: (facts) => {
      if (facts === undefined || facts.size < at) return;
      const { version: ifVersion } = facts;
      const first$ = hive.download(alias, { to: at, ifVersion });
      const rest$ = hive.download(alias, { from: at, ifVersion });
      attempt(stage, `the first part of ${alias}`, first$, {
        next,
        done: () =>
          stage.after(stage.between(0, 2000), () =>
            attempt(stage, `the rest of ${alias}`, rest$, {
              next,
              done: () => {
                // in ZooKeeper versions begin again with each entry
                const states = ledgerOf(stage.world).of(alias).slice(floor);
                if (typeof ifVersion === 'number' && states.some(({ write }) => write === undefined)) return;
                sees(stage, 'a download in two parts', alias, Buffer.concat(pieces), floor);
              },
            })
          ),
      });
    },
  });
}
