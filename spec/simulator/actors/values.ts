import { OPEN_ACL, Permission, type Stat, type WatchedChildren, type WatchedNode } from '../../../lib/index.js';
import type { Actor, Fact, Law, SimulatedWorld, Stage } from '../../../lib/testing/index.js';
import { again, keepsLink, nowAndThen } from './goingOn.js';

const PATHS = ['/v', '/v/a', '/v/b', '/v/c', '/v/a/x', '/v/a/y'];

/** A subscriber, and what it was shown last. */
interface Watcher {
  readonly stage: Stage;
  readonly kind: 'node' | 'children';
  readonly path: string;
  shown: WatchedNode | WatchedChildren | undefined;
  highest: bigint;
  /** What it showed wrongly, and since when, by the clock of the world. */
  wrong: { readonly shown: unknown; readonly since: number } | undefined;
}

const watchers: Fact<Set<Watcher>> = { initial: () => new Set() };

/** Creates, sets and deletes a few nodes. */
export const writer: Actor = {
  name: 'writer',
  start(stage) {
    writes(stage, stage.pick([20, 300]), PATHS);
  },
};

function writes(stage: Stage, often: number, paths: readonly string[]): void {
  stage.every(often, () => {
    const path = stage.pick(paths);
    const data = Buffer.from(String(stage.between(0, 999)));
    const { zk } = stage;
    const act = stage.between(0, 9);
    if (act < 3) stage.follow(zk.create(path, data));
    else if (act < 7) stage.follow(zk.set(path, data));
    else if (act < 8) stage.follow(zk.delete(path));
    else if (act < 9) stage.follow(zk.delete(path, { recursive: true }));
    else stage.follow(zk.create(path, data, { mode: 'ephemeral' }));
  });
}

/** Changes what the actors of this group watch, now and then. */
export function writesSome(stage: Stage): void {
  writes(stage, 1000, PATHS);
}

type Nodes = ReturnType<SimulatedWorld['server']['tree']>;

/** Whether a node is one that nobody may read. */
export function isClosed(node: Nodes extends ReadonlyMap<string, infer Node> ? Node : never): boolean {
  return node.acl.every(({ permissions }) => (permissions & Permission.READ) === 0);
}

const CLOSED_ACL = OPEN_ACL.map((each) => ({ ...each, permissions: Permission.ALL & ~Permission.READ }));

/** Takes away the permission to read a node, and gives it back. No event tells of that. */
export const gatekeeper: Actor = {
  name: 'gatekeeper',
  start(stage) {
    // such servers withhold events: nobody can know of what happens behind the gate
    if (stage.world.version.startsWith('3.9')) return;
    writesSome(stage);
    stage.every(1500, () => {
      const path = stage.pick(PATHS);
      stage.follow(stage.zk.setAcl(path, CLOSED_ACL));
      stage.after(stage.between(0, 5000), () => stage.follow(stage.zk.setAcl(path, OPEN_ACL)));
    });
  },
};

/** Watches nodes and lists of children, leaves, and comes again. */
export const watcher: Actor = {
  name: 'watcher',
  start(stage) {
    writesSome(stage);
    keepsLink(stage);
    reads(stage);
    for (let i = stage.between(1, 6); i > 0; i--) watchOne(stage);
    stage.every(3000, () => watchOne(stage));
  },
};

export function watchOne(
  stage: Stage,
  path = stage.pick(PATHS),
  kind = stage.pick(['node', 'children'] as const)
): void {
  const own: Watcher = { stage, kind, path, shown: undefined, highest: 0n, wrong: undefined };
  const all = stage.get(watchers);
  const source$ = own.kind === 'node' ? stage.zk.watch(own.path) : stage.zk.watchChildren(own.path);
  all.add(own);
  const subscription = stage.follow<WatchedNode | WatchedChildren>(source$, {
    next: (shown) => {
      stage.log(() => {
        const zxids = ({ czxid, mzxid, pzxid }: Stat) => `${czxid} ${mzxid} ${pzxid}`;
        const seen = shown.kind === 'present' ? zxids(shown.stat) : shown.kind;
        return `${own.kind} ${own.path} ${seen}${shown.stale ? ' stale' : ''}`;
      });
      if (shown.kind === 'present') {
        const at = own.kind === 'node' ? shown.stat.mzxid : shown.stat.pzxid;
        if (at < own.highest && !stage.world.lostData)
          stage.violated('no value goes back', `${own.path} from ${own.highest} to ${at}`);
        own.highest = at;
      }
      own.shown = shown;
    },
  });
  subscription.add(() => all.delete(own));
  if (stage.random() < 0.3) stage.after(stage.between(0, 8000), () => subscription.unsubscribe());
}

function lie({ kind, path, shown }: Watcher, nodes: Nodes): string | undefined {
  if (shown === undefined) return `${kind} ${path}: nothing is shown`;
  if (shown.stale) return `${kind} ${path}: stale`;
  const node = nodes.get(path);
  if (node !== undefined && isClosed(node)) return undefined;
  if (shown.kind !== (node === undefined ? 'absent' : 'present')) return `${kind} ${path}: ${shown.kind}`;
  if (node === undefined || shown.kind !== 'present') return undefined;
  const [seen, truth] = kind === 'node' ? [shown.stat.mzxid, node.stat.mzxid] : [shown.stat.pzxid, node.stat.pzxid];
  return seen === truth && shown.stat.czxid === node.stat.czxid
    ? undefined
    : `${kind} ${path}: of ${seen}, not of ${truth}`;
}

function lies(world: SimulatedWorld): string | undefined {
  const nodes = world.server.tree();
  const all = [...world.get(watchers)].map((each) => lie(each, nodes)).filter((each) => each !== undefined);
  return all.length === 0 ? undefined : all.join('; ');
}

export const valuesAreTrue: Law = { name: 'what is watched is true when all is well', after: lies };

/** When the last two reads of a stage began that were answered, the second after the answer to the first. */
const answered: Fact<Map<Stage, { readonly first: number; readonly second: number }>> = { initial: () => new Map() };

/**
 * Reads, one read after the other. The first read that is answered comes after the event of every change before it, and
 * the second one after the read that this event led to: so long a value may be outdated, however long the queue is.
 */
export function reads(stage: Stage): void {
  const all = stage.get(answered);
  let began = 0;
  const read = () => ((began = stage.world.clock.now()), stage.zk.exists('/'));
  again(stage, read, {
    next: () => void all.set(stage, { first: all.get(stage)?.second ?? -Infinity, second: began }),
  });
}

const seen: Fact<{ nodes: Nodes; zxid: bigint }> = { initial: () => ({ nodes: new Map(), zxid: -1n }) };

/**
 * A dead link is noticed within 2T/3; and a read that follows an event may be lost with another. Where a queue of
 * requests is long, it takes longer.
 */
export const doubtIsSaid: Law = {
  name: 'what is not the truth for long is marked as stale',
  during: nowAndThen((world, now) => {
    const all = world.get(watchers);
    if (all.size === 0) return undefined;
    const { zxid } = world.server;
    const last = world.get(seen);
    if (last.zxid !== zxid) Object.assign(last, { zxid, nodes: world.server.tree() });
    const { nodes } = last;
    for (const each of all) {
      const { stage, shown } = each;
      const isWrong =
        stage.process.awake &&
        shown !== undefined &&
        !shown.stale &&
        shown.kind !== 'denied' && // it says nothing of the node
        lie(each, nodes) !== undefined;
      if (!isWrong) each.wrong = undefined;
      else if (each.wrong?.shown !== shown) each.wrong = { shown, since: now };
      if (each.wrong === undefined) continue;
      const patience = 2 * stage.process.zk.ticket.timeout + 1000;
      const { first } = world.get(answered).get(stage) ?? { first: -Infinity };
      if (now - each.wrong.since > (first > each.wrong.since ? patience : 4 * patience))
        return `for ${Math.round(now - each.wrong.since)} ms: ${lie(each, nodes)}`;
    }
    return undefined;
  }),
};
