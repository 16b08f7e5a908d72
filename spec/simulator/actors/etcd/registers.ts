import { concatMap } from 'rxjs';
import type { CoordinationError } from '../../../../lib/index.js';
import type { Actor, Fact, Law, Stage } from '../../../../lib/testing/index.js';
import { request } from '../goingOn.js';
import { keysOf, ledgerOf, shown } from './ledger.js';
import { markOf, marked, unique } from './marks.js';

const KEYS = ['register/0', 'register/1', 'register/2'];
const bytes = (text: string) => Buffer.from(text);

/**
 * The newest revision that an answer has shown to anybody, for each key and for the whole store: what begins afterwards
 * must not see or make an older one. Revisions are the order of all operations, so that is linearizability.
 */
const newest: Fact<{ readonly keys: Map<string, number>; store: number }> = {
  initial: () => ({ keys: new Map(), store: 0 }),
};

function sees(stage: Stage, what: string, key: string | undefined, revision: number, floor: number): void {
  const known = stage.get(newest);
  if (revision < floor)
    stage.violated('registers are linearizable', `${what} is of ${revision}, after an answer of ${floor}`);
  if (key !== undefined) known.keys.set(key, Math.max(revision, known.keys.get(key) ?? 0));
  known.store = Math.max(revision, known.store);
}

/** Writes registers, each time another value, and reads them. */
export const registerUser: Actor = {
  name: 'etcd register user',
  start(stage) {
    const often = stage.pick([40, 200, 1000]);
    stage.every(often, () => write(stage));
    stage.every(often, () => read(stage));
    stage.every(2 * often, () => readAll(stage));
  },
};

function patience(stage: Stage): { readonly timeout?: number } {
  return stage.random() < 0.4 ? { timeout: stage.between(1, 3000) } : {};
}

function write(stage: Stage): void {
  const key = stage.pick(KEYS);
  const value = unique(stage);
  const floor = stage.get(newest).store;
  const mark = markOf(stage);
  const check = ({ revision }: { readonly revision: number }) => {
    sees(stage, `the write of ${key}`, key, revision, floor + 1);
    const done = ledgerOf(stage.world)
      .of(key)
      .find((each) => each.revision === revision);
    if (done?.value !== value)
      stage.violated('a write is done at the revision that it was told', `${key} ${value} at ${revision}`);
  };
  if (stage.random() < 0.5) {
    const put$ = stage.etcd.put(key, bytes(value), { ...patience(stage), previous: stage.random() < 0.3 });
    marked(stage, 'put', { key, value }, put$, check);
  } else {
    const transaction = stage.etcd.transaction().do((t) => t.put(key, bytes(value)).put(mark, bytes('1')));
    marked(stage, `put ${key}`, { key: mark }, transaction.commit(patience(stage)), check);
  }
}

function read(stage: Stage): void {
  const floors = new Map(stage.get(newest).keys);
  // those of one turn travel together
  for (const key of KEYS.slice(0, stage.between(1, 3))) {
    const serializable = stage.random() < 0.2;
    const floor = floors.get(key) ?? 0;
    request(stage, `get ${key}`, stage.etcd.get(key, { ...patience(stage), serializable }), (found) => {
      const revision = found?.modRevision ?? 0;
      const was = found && ledgerOf(stage.world).at(key, revision);
      if (found !== undefined && (was?.value !== String(Buffer.from(found.value)) || was.revision !== revision))
        stage.violated('what is read was written', shown(key, found.value, revision));
      if (!serializable) sees(stage, `the read of ${key}`, key, revision, floor);
    });
  }
}

function readAll(stage: Stage): void {
  const floor = stage.get(newest).store;
  const range$ = stage.etcd.range({ prefix: 'register/' }, patience(stage));
  request(stage, 'the range of all registers', range$, ({ entries, revision }) => {
    sees(stage, 'a range', undefined, revision, floor);
    const told = entries.map(({ key, value, modRevision }) => shown(key, value, modRevision)).join(' ');
    const truth = ledgerOf(stage.world).listed('register/', revision);
    if (told !== truth) stage.violated('a range is of one moment', `${told}, and not ${truth} at ${revision}`);
  });
}

/** Adds one to a number, if nobody has changed it meanwhile. */
export const adder: Actor = {
  name: 'etcd adder',
  start(stage) {
    const { etcd } = stage;
    stage.every(stage.pick([100, 400]), () => {
      const mark = `added/${markOf(stage)}`;
      const addition$ = etcd.get('count').pipe(
        concatMap((found) =>
          etcd
            .transaction()
            .when('count', found === undefined ? { exists: false } : { modRevision: found.modRevision })
            .do((t) =>
              t.put('count', bytes(String(Number(found ? Buffer.from(found.value) : 0) + 1))).put(mark, bytes('1'))
            )
            .otherwise((t) => t.get('count'))
            .commit(patience(stage))
        )
      );
      marked(stage, 'an addition', { key: mark }, addition$);
    });
  },
};

export const additionsAreCounted: Law = {
  name: 'each addition is counted, and no other',
  after: (world) => {
    if (!world.hasEtcd) return undefined;
    const added = keysOf(world, 'added/').length;
    const count = Number(String(world.etcd.entries().get('count') ?? '0'));
    return count === added ? undefined : `${count} are counted, and ${added} were made`;
  },
};

/** Compacts, looks at members, and lists alarms. */
export const administrator: Actor = {
  name: 'etcd administrator',
  start(stage) {
    const { etcd, world } = stage;
    let known = 0;
    stage.every(700, () =>
      request(stage, 'a count', etcd.range({ prefix: 'mark/' }, { limit: 1 }), ({ revision }) => (known = revision))
    );
    stage.every(stage.pick([600, 3000]), () => {
      const revision = known - stage.pick([0, 0, stage.between(0, 30)]);
      if (revision < 1) return;
      stage.follow(etcd.compact(revision), {
        next: () => {
          if (world.etcd.compacted < revision)
            stage.violated('a compaction that is acknowledged is done', String(revision));
        },
        error: ({ code }: CoordinationError) => {
          if (code === 'FUTURE_REVISION') stage.violated('no revision is from the future', String(revision));
        },
      });
    });
    stage.every(2500, () => request(stage, 'a status', etcd.maintenance.status()));
    stage.every(2500, () => request(stage, 'the members', etcd.members.list()));
  },
};
