import { NEVER, type Observable, concat, concatMap, of } from 'rxjs';
import { json, utf8 } from '../../../lib/index.js';
import {
  type HeldLock,
  type NurseryClient,
  type Polled,
  type PolledPrefix,
  breakLock,
  lock,
  lockState,
  nursery,
  poll,
  pollPrefix,
  steps,
  update,
} from '../../../lib/arakoon/index.js';
import type { Actor, Fact, Law, SimulatedWorld, Stage } from '../../../lib/testing/index.js';
import { type Deed, again, atEndOfLife, atLast, forLife, request, waitsFor } from './goingOn.js';

/** A change, and the key that tells whether it was done. */
interface Change {
  readonly deed: Deed;
  readonly isDone: (entries: ReadonlyMap<string, Uint8Array>) => boolean;
}

interface Facts {
  readonly changes: Change[];
  readonly additions: Deed[];
  readonly lives: Set<string>;
  readonly held: Set<HeldLock>;
  readonly views: Set<View>;
  highest: bigint;
  next: number;
}

/** What somebody who looks again and again was shown last. */
interface View {
  count: Polled<number> | undefined;
  log: PolledPrefix | undefined;
}

const facts: Fact<Facts> = {
  initial: () => ({
    changes: [],
    additions: [],
    lives: new Set(),
    held: new Set(),
    views: new Set(),
    highest: 0n,
    next: 0,
  }),
};
const bytes = (text: unknown) => Buffer.from(String(text));
const logKey = (at: number) => `/log/${String(at).padStart(6, '0')}`;

/** Writes in many ways; each write leaves a mark that nobody else makes. */
export const arakoonWriter: Actor = {
  name: 'arakoon writer',
  start(stage) {
    const { arakoon } = stage;
    const all = stage.get(facts);
    const change = (what: string, request$: Observable<unknown>, isDone: Change['isDone']) =>
      void all.changes.push({ deed: request(stage, what, request$), isDone });
    stage.every(stage.pick([100, 500]), () => {
      const id = `/mark/${all.next++}`;
      const there = (entries: ReadonlyMap<string, Uint8Array>) => entries.has(id);
      const act = stage.between(0, 5);
      const options = stage.random() < 0.3 ? { timeout: stage.between(1, 2000) } : {};
      if (act === 0) return change(`set ${id}`, arakoon.set(id, bytes(1), options), there);
      if (act === 1)
        return change(`set ${id} once`, arakoon.set(id, bytes(1), { ...options, idempotent: false }), there);
      if (act === 2) return change(`testAndSet ${id}`, arakoon.testAndSet(id, null, bytes(1), options), there);
      if (act === 3) return change(`replace ${id}`, arakoon.replace(id, bytes(1), options), there);
      if (act === 4) return append(stage, id, change);
      all.additions.push(
        request(
          stage,
          'an addition',
          update(arakoon.with({ value: json<number>() }), '/count', (count = 0) => count + 1)
        )
      );
    });
  },
};

/** A log without gaps: each entry stands upon the one before it. */
function append(
  stage: Stage,
  id: string,
  change: (what: string, request$: Observable<unknown>, isDone: Change['isDone']) => void
): void {
  const { arakoon } = stage;
  stage.follow(arakoon.multiGetOption(['/head']), {
    next: ([head = null]) => {
      const at = Number(head ?? 0) + 1;
      const inner = [
        steps.assert('/head', head),
        steps.set('/head', bytes(at)),
        steps.set(logKey(at), bytes(id)),
        steps.set(id, bytes(1)),
      ];
      change(`append ${id}`, arakoon.sequence(inner), (entries) => entries.has(id));
    },
  });
}

/** Reads in many ways, and looks at keys again and again. */
export const arakoonReader: Actor = {
  name: 'arakoon reader',
  start(stage) {
    const { arakoon, world } = stage;
    const own: View = { count: undefined, log: undefined };
    forLife(stage, stage.get(facts).views, own);
    again(stage, () => poll(arakoon.with({ value: json<number>() }), '/count', { every: 400 }), {
      next: (now) => {
        if (own.count !== undefined && (now.value ?? 0) < (own.count.value ?? 0))
          stage.violated('what the master says does not go back', `${own.count.value}, ${String(now.value)}`);
        own.count = now;
      },
    });
    again(stage, () => pollPrefix(arakoon, '/log/', { every: 700 }), {
      next: (now) => {
        const gap = now.entries.findIndex(([key], i) => key !== logKey(i + 1));
        if (gap >= 0) stage.violated('a list is of one moment', `${gap}: ${now.entries[gap]![0]}`);
        if (now.entries.length < (own.log?.entries.length ?? 0))
          stage.violated(
            'what the master says does not go back',
            `${own.log!.entries.length}, ${now.entries.length} entries`
          );
        own.log = now;
      },
    });
    stage.every(600, () => {
      const known = [...world.get(facts).changes].filter(
        ({ deed }) => deed.fate === 'done' && deed.what.includes('/mark/')
      ).length;
      const told = (keys: readonly string[]) => {
        if (keys.length < known) stage.violated('what was acknowledged is read', `${keys.length} marks of ${known}`);
      };
      if (stage.random() < 0.5) return void request(stage, 'a prefix', arakoon.prefix('/mark/'), told);
      request(
        stage,
        'a read at least as new',
        arakoon
          .getTxid()
          .pipe(concatMap((seen) => arakoon.with({ consistency: seen }).range({ begin: '/mark/', end: '/mark0' }))),
        told
      );
    });
  },
};

/** Holds a lock for a while. What a dead process holds, somebody breaks. */
export const arakoonLocker: Actor = {
  name: 'arakoon locker',
  start(stage) {
    const { arakoon } = stage;
    const all = stage.get(facts);
    const owner = `life-${all.next++}`;
    all.lives.add(owner);
    atEndOfLife(stage, () => all.lives.delete(owner));
    const round = () => {
      if (stage.world.ending) return;
      const got = waitsFor(stage, 'a lock of Arakoon');
      let mine: HeldLock | undefined;
      const subscription = stage.follow(lock(arakoon, '/lock', { owner, every: 500 }), {
        next: (held) => {
          got();
          mine = held;
          const [other] = [...all.held].filter(({ signal }) => !signal.aborted);
          if (other !== undefined)
            stage.violated('at most one holds a lock of Arakoon', `${other.token} and ${held.token}`);
          if (held.token <= all.highest)
            stage.violated(
              'later holders of a lock of Arakoon have higher tokens',
              `${held.token} after ${all.highest}`
            );
          all.highest = held.token;
          all.held.add(held);
          const id = `/mark/${all.next++}`;
          all.changes.push({
            deed: request(stage, `guarded ${id}`, held.sequence([steps.set(id, bytes(held.token))])),
            isDone: (entries) => entries.has(id),
          });
          stage.after(stage.between(1, 2000), () =>
            stage.random() < 0.5 ? subscription.unsubscribe() : stage.follow(held.release())
          );
        },
      });
      subscription.add(() => {
        got();
        if (mine !== undefined) all.held.delete(mine);
        stage.after(stage.between(1, 1000), round);
      });
    };
    round();
    again(
      stage,
      () =>
        lockState(arakoon, '/lock').pipe(
          concatMap(({ token, holder }) =>
            holder === undefined || all.lives.has(holder.split(' ')[1]!)
              ? of(false)
              : breakLock(arakoon, '/lock', token)
          )
        ),
      {},
      2000
    );
  },
};

/** Uses the cluster as a nursery of one, which now and then does not hold all keys. */
export const nurseryUser: Actor = {
  name: 'nursery user',
  start(stage) {
    const { arakoon } = stage;
    const all = stage.get(facts);
    const id = arakoon.cluster.id;
    const { nursery: settings } = arakoon;
    const nodes = Object.fromEntries(
      Object.entries(arakoon.cluster.nodes).map(([name, [address]]) => [
        name,
        { hosts: [address!.split(':')[0]!], port: Number(address!.split(':')[1]) },
      ])
    );
    const everything = { public: { begin: null, end: null }, private: { begin: null, end: null } };
    const some = { public: { begin: null, end: bytes('z') }, private: { begin: null, end: null } };
    atLast(stage, () => settings.setConfig(id, nodes).pipe(concatMap(() => settings.setRouting({ cluster: id }))));
    let client: NurseryClient | undefined;
    again(stage, () => nursery(arakoon, () => concat(of(arakoon), NEVER)), { next: (now) => void (client = now) });
    stage.every(700, () => {
      const key = `z/${all.next++}`;
      const act = stage.between(0, 3);
      if (client === undefined) return;
      if (act < 2)
        all.changes.push({
          deed: request(stage, `set ${key}`, client.set(key, bytes(1))),
          isDone: (entries) => entries.has(key),
        });
      else if (act === 2) stage.follow(settings.setInterval(stage.random() < 0.5 ? everything : some));
      else request(stage, 'a range of a nursery', client.prefix('z/'));
    });
    const whole = () =>
      stage.world.ending ? atLast(stage, () => settings.setInterval(everything)) : void stage.after(500, whole);
    whole();
  },
};

function wrong(world: SimulatedWorld): string | undefined {
  const { changes, additions } = world.get(facts);
  if (!world.hasCluster) return undefined;
  const entries = world.cluster.entries();
  for (const {
    deed: { what, fate },
    isDone,
  } of changes) {
    if (fate === 'done' && !isDone(entries)) return `${what} was acknowledged, and is not there`;
    if (fate === 'none' && isDone(entries)) return `${what} was said to have had no effect, and is there`;
  }
  const count = Number(utf8.decode(entries.get('/count') ?? null) || 0);
  const done = additions.filter(({ fate }) => fate === 'done').length;
  const doubtful = additions.filter(({ fate }) => fate === 'unknown' || fate === 'left').length;
  return count < done || count > done + doubtful
    ? `${count} were counted, where ${done} were acknowledged and ${doubtful} are in doubt`
    : undefined;
}

function misseen(world: SimulatedWorld): string | undefined {
  if (!world.hasCluster) return undefined;
  const entries = world.cluster.entries();
  const count = Number(utf8.decode(entries.get('/count') ?? null) || 0);
  const logged = [...entries.keys()].filter((key) => key.startsWith('/log/')).length;
  for (const view of world.get(facts).views) {
    if (view.count === undefined || view.count.stale || (view.count.value ?? 0) !== count)
      return `${String(view.count?.value)}${view.count?.stale === true ? ', stale' : ''}, and not ${count}`;
    if (view.log === undefined || view.log.stale || view.log.entries.length !== logged)
      return `${view.log?.entries.length} entries${view.log?.stale === true ? ', stale' : ''}, and not ${logged}`;
  }
  return undefined;
}

export const arakoonIsRight: Law = { name: 'what a request to Arakoon was told is what was done', after: wrong };
export const looksAreTrue: Law = { name: 'what is looked at again and again is true when all is well', after: misseen };
