import { BehaviorSubject, map } from 'rxjs';
import {
  type Instances,
  type PartyMember,
  type Picker,
  joinParty,
  pick,
  persistentNode,
  register,
  watchInstances,
  watchParty,
  watchServices,
} from '../../../lib/index.js';
import type { Actor, Fact, Law, SimulatedWorld, Stage } from '../../../lib/testing/index.js';
import { again, forLife, refused } from './goingOn.js';
import { leavesWithin } from './turns.js';

/** Somebody who is there for as long as it lives, and what it says of itself. */
interface Presence {
  readonly stage: Stage;
  readonly kind: 'member' | 'instance' | 'alone' | 'contended';
  readonly path: string;
  readonly id: string;
  readonly says: BehaviorSubject<number>;
}

/** What somebody was shown last. */
interface View {
  members: readonly PartyMember[] | undefined;
  instances: Instances<number> | undefined;
  services: readonly string[] | undefined;
  picker: Picker<number> | undefined;
}

const presences: Fact<Set<Presence>> = { initial: () => new Set() };
const views: Fact<Set<View>> = { initial: () => new Set() };
const ids: Fact<{ next: number }> = { initial: () => ({ next: 0 }) };

function appears(stage: Stage, kind: Presence['kind'], path: string): Presence {
  const own: Presence = { stage, kind, path, id: String(stage.get(ids).next++), says: new BehaviorSubject(0) };
  forLife(stage, stage.get(presences), own);
  stage.every(2000, () => own.says.next(own.says.value + 1));
  return own;
}

const bytes = (text: string | number) => Buffer.from(String(text));

/** Is there, in a node of its own, and in one that others want too. */
export const presentOne: Actor = {
  name: 'present one',
  start(stage) {
    const alone = appears(stage, 'alone', `/present/${stage.get(ids).next}`);
    again(stage, () => persistentNode(stage.zk, alone.path, { data: alone.says.pipe(map(bytes)) }));
    const { path } = appears(stage, 'contended', '/present/contended');
    const round = () => {
      const subscription = stage.follow(persistentNode(stage.zk, path));
      subscription.add(() => stage.after(stage.between(1, 1500), round));
      if (!stage.world.ending) leavesWithin(stage, 4000, subscription);
    };
    round();
    stage.every(3000, () => stage.follow(stage.zk.delete(stage.pick([alone.path, path])))); // somebody deletes it
  },
};

export const partyGoer: Actor = {
  name: 'party-goer',
  start(stage) {
    const { id } = appears(stage, 'member', '/party');
    again(stage, () => joinParty(stage.zk, '/party', { data: bytes(id) }));
  },
};

export const instance: Actor = {
  name: 'instance',
  start(stage) {
    const { id, says } = appears(stage, 'instance', '/services/search');
    again(stage, () => register(stage.zk, '/services', { name: 'search', id, port: 80, payload: says }));
  },
};

/** Watches a party, the instances of a service, and the services. */
export const groupWatcher: Actor = {
  name: 'group watcher',
  start(stage) {
    const own: View = { members: undefined, instances: undefined, services: undefined, picker: undefined };
    forLife(stage, stage.get(views), own);
    const { zk, scheduler, random } = stage;
    again(stage, () => watchParty(zk, '/party'), { next: (members) => void (own.members = members) });
    again(stage, () => watchServices(zk, '/services'), { next: (services) => void (own.services = services) });
    again(stage, () => watchInstances<number>(zk, '/services', 'search'), {
      next: (instances) => void (own.instances = instances),
    });
    again(
      stage,
      () =>
        watchInstances<number>(zk, '/services', 'search').pipe(
          pick({ scheduler, random, strategy: stage.pick(['roundRobin', 'random', 'sticky']) })
        ),
      { next: (picker) => void (own.picker = picker) }
    );
    stage.every(500, () => {
      const picked = own.picker?.next();
      if (picked !== undefined && stage.random() < 0.3) own.picker?.failed(picked);
    });
  },
};

/** Which of those who say to be there are there. */
function missing(world: SimulatedWorld): string | undefined {
  const all = [...world.get(presences)];
  const tree = world.server.tree();
  for (const { stage, kind, path, says } of all.filter((each) => each.kind === 'alone' || each.kind === 'contended')) {
    if (refused(world, path)) continue;
    const node = tree.get(path);
    if (node === undefined) return `${path} is not there`;
    if (kind === 'alone' && node.stat.ephemeralOwner !== stage.process.sessionId)
      return `${path} is not of ${stage.process.name}`;
    if (kind === 'alone' && String(node.data) !== String(says.value))
      return `${path} says ${String(node.data)}, and not ${says.value}`;
  }
  for (const kind of ['member', 'instance'] as const) {
    const expected = all.filter((each) => each.kind === kind).length;
    const parent = kind === 'member' ? '/party' : '/services/search';
    if (refused(world, parent)) continue;
    const there = [...tree.keys()].filter((path) => path.startsWith(`${parent}/`)).length;
    if (there !== expected) return `${there} nodes of ${expected} below ${parent}`;
  }
  return undefined;
}

function misseen(world: SimulatedWorld): string | undefined {
  const all = [...world.get(presences)];
  const said = (kind: Presence['kind'], line: (each: Presence) => string) =>
    all
      .filter((each) => each.kind === kind)
      .map(line)
      .sort()
      .join();
  const members = said('member', ({ id }) => id);
  const instances = said('instance', ({ id, says }) => `${id}:${says.value}`);
  const services =
    [...world.server.tree('/services').keys()].filter((path) => path.split('/').length === 3).length === 0
      ? ''
      : 'search';
  for (const view of world.get(views)) {
    const seen = [
      view.members
        ?.map(({ data }) => String(data))
        .sort()
        .join(),
      view.instances?.instances
        .map(({ id, payload }) => `${id}:${payload}`)
        .sort()
        .join(),
      view.services?.join(),
    ];
    if (seen[0] !== members && !refused(world, '/party')) return `members ${String(seen[0])}, and not ${members}`;
    if (refused(world, '/services')) continue;
    if (seen[1] !== instances || view.instances!.stale)
      return `instances ${String(seen[1])}${view.instances?.stale === true ? ' stale' : ''}, and not ${instances}`;
    if (seen[2] !== services) return `services ${String(seen[2])}, and not ${services}`;
    const picked = view.picker?.next();
    if ((picked === undefined) !== (instances === '')) return `${String(picked?.id)} is picked of ${instances}`;
  }
  return undefined;
}

export const presentAreThere: Law = {
  name: 'whoever is present is there',
  after: missing,
};
export const presentAreSeen: Law = {
  name: 'those who live are seen, and nobody else',
  after: misseen,
};
