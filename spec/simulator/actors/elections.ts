import { NEVER, type Observable, concat } from 'rxjs';
import { type KnownContender, elect, watchContenders, whileLeader } from '../../../lib/index.js';
import type { Actor, Fact, Law, Stage } from '../../../lib/testing/index.js';
import { again, atEndOfLife, forLife, refused } from './goingOn.js';
import { type AnyLease, type Holding, claim, holders, working } from './leases.js';
import { leavesWithin } from './turns.js';

const PLACE = '/election';
const candidates: Fact<Set<Stage>> = { initial: () => new Set() };

/** Stands for election, sometimes steps back, and stands again. */
export const candidate: Actor = {
  name: 'candidate',
  start(stage) {
    forLife(stage, stage.get(candidates), stage);
    standsAgain(stage, PLACE, () => elect(stage.zk, PLACE));
  },
};

/** Where a candidate stands, in any store. */
type Standing = { readonly role: 'candidate' } | { readonly role: 'leader' | 'paused'; readonly lease: AnyLease };

/** Stands for election again and again. Checks the order of the roles, and notes that it leads. */
export function standsAgain(stage: Stage, place: string, elect$: () => Observable<Standing>, holding?: Holding): void {
  let last: Standing | undefined;
  again(stage, () => ((last = undefined), elect$()), {
    next: (now) => {
      stage.log(() => now.role);
      const isNew =
        last?.role !== 'leader' && !(last?.role === 'paused' && now.role === 'leader' && last.lease === now.lease);
      if (now.role === 'leader' && isNew) claim(stage, place, now.lease, holding);
      if (now.role === 'paused' && (last === undefined || last.role === 'candidate'))
        stage.violated('only a leader is paused', String(last?.role));
      last = now;
    },
  });
}

/** Works while it leads. */
export const leader: Actor = {
  name: 'leader',
  start(stage) {
    forLife(stage, stage.get(candidates), stage);
    const onSuspend = stage.pick(['stop', 'pause', 'keep'] as const);
    const round = () => {
      const subscription = stage.follow(
        elect(stage.zk, PLACE).pipe(whileLeader((lease) => concat(working(stage, PLACE, lease), NEVER), { onSuspend }))
      );
      subscription.add(() => stage.after(stage.between(1, 800), round));
      if (!stage.world.ending && stage.random() < 0.7) leavesWithin(stage, 9000, subscription);
    };
    round();
  },
};

export const oneLeads: Law = {
  name: 'one leads when all is well',
  after: (world) => {
    if (world.get(candidates).size === 0 || refused(world, PLACE)) return undefined;
    const leaders = holders(world, PLACE);
    return leaders === 1 ? undefined : `${leaders} lead, of ${world.get(candidates).size}`;
  },
};

interface Audience {
  names: string | undefined;
}
const audiences: Fact<Set<Audience>> = { initial: () => new Set() };

/** Watches who contends, at several places. */
export const contenderWatcher: Actor = {
  name: 'contender watcher',
  start(stage) {
    const own: Audience = { names: undefined };
    const all = stage.get(audiences);
    again(stage, () => (all.add(own), watchContenders(stage.zk, PLACE)), {
      next: (now) => void (own.names = shown(now)),
    });
    atEndOfLife(stage, () => all.delete(own));
  },
};

function shown(now: readonly KnownContender[]): string {
  return now.map(({ name, session }) => `${name} ${session}`).join(', ');
}

export const contendersAreTrue: Law = {
  name: 'contenders are those who contend',
  after: (world) => {
    const nodes = [...world.server.tree(PLACE)]
      .filter(([path]) => path !== PLACE)
      .map(([path, { stat }]) => `${path.slice(PLACE.length + 1)} ${stat.ephemeralOwner}`);
    nodes.sort((a, b) => sequence(a) - sequence(b));
    const odd = [...world.get(audiences)].find(({ names }) => names !== nodes.join(', '));
    return odd === undefined || refused(world, PLACE) ? undefined : `${String(odd.names)}, and not ${nodes.join(', ')}`;
  },
};

function sequence(line: string): number {
  return Number(/(\d{10}) /.exec(line)?.[1]);
}
