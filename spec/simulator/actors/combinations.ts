import { type WatchedSnapshot, type CoordinationError, watchSnapshot, utf8 } from '../../../lib/index.js';
import type { Actor, Fact, Law, SimulatedWorld } from '../../../lib/testing/index.js';
import { again, forLife, refused } from './goingOn.js';

const shown: Fact<Set<{ last: WatchedSnapshot<readonly string[]> | undefined; ended: boolean }>> = {
  initial: () => new Set(),
};
const PAIR = ['/pair/a', '/pair/b'];

/** Writes two nodes together, and watches them together. */
export const pairUser: Actor = {
  name: 'pair user',
  start(stage) {
    const { zk } = stage;
    stage.follow(zk.transaction().create('/pair').create(PAIR[0]!).create(PAIR[1]!).commit());
    stage.every(700, () => {
      const data = Buffer.from(String(stage.between(0, 1e6)));
      if (stage.random() < 0.2) return void stage.follow(zk.transaction().delete(PAIR[0]!).delete(PAIR[1]!).commit());
      if (stage.random() < 0.3)
        return void stage.follow(zk.transaction().create(PAIR[0]!, data).create(PAIR[1]!, data).commit());
      stage.follow(zk.transaction().set(PAIR[0]!, data).set(PAIR[1]!, data).commit());
    });
    const own = { last: undefined as WatchedSnapshot<readonly string[]> | undefined, ended: false };
    forLife(stage, stage.get(shown), own);
    const refusal = ({ code, message }: CoordinationError) => {
      if (code === 'UNSUPPORTED' && knowsMultiRead(stage.world) && !refused(stage.world, '/pair', 'multiRead'))
        stage.violated('a server that can do something is not said to be unable', message);
    };
    stage.every(500, () => stage.follow(zk.snapshot(PAIR), { error: refusal }));
    const watched$ = () =>
      watchSnapshot(zk, [
        { path: PAIR[0]!, codec: utf8 },
        { path: PAIR[1]!, codec: utf8 },
      ]);
    again(stage, watched$, {
      next: (now) => {
        const [a, b] = now.nodes;
        if (a.kind !== b.kind || a.value !== b.value)
          stage.violated('what is written together is seen together', `${String(a.value)} and ${String(b.value)}`);
        if (own.last !== undefined && now.zxid < own.last.zxid && !stage.world.lostData)
          stage.violated('no combination goes back', `${own.last.zxid}, ${now.zxid}`);
        own.last = now as unknown as WatchedSnapshot<readonly string[]>;
        own.ended = false;
      },
      error: (error: CoordinationError) => {
        own.ended = true;
        refusal(error);
      },
    });
  },
};

function knowsMultiRead({ version }: SimulatedWorld): boolean {
  return /^3\.[6-9]/.test(version);
}

export const combinationsAreTrue: Law = {
  name: 'combinations are true when all is well',
  after: (world) => {
    const node = world.server.tree('/pair').get(PAIR[0]!);
    const odd = [...world.get(shown)].find(
      ({ last, ended }) =>
        !ended && (last === undefined || last.stale || last.nodes[0]?.stat?.mzxid !== node?.stat.mzxid)
    );
    if (odd === undefined || refused(world, '/pair')) return undefined;
    const seen = String(odd.last?.nodes[0]?.stat?.mzxid);
    return `${odd.last?.stale === true ? 'stale ' : ''}${seen}, and not ${String(node?.stat.mzxid)}`;
  },
};
