import type { Subscription } from 'rxjs';
import type { Tree, TreeNode } from '../../../lib/index.js';
import type { Actor, Fact, Law, SimulatedWorld, Stage } from '../../../lib/testing/index.js';
import { keepsLink } from './goingOn.js';
import { isClosed, writesSome } from './values.js';

interface Watched {
  readonly stage: Stage;
  readonly path: string;
  tree: Tree | undefined;
}

const trees: Fact<Set<Watched>> = { initial: () => new Set() };

/** Watches whole trees, leaves them, and comes again. */
export const treeWatcher: Actor = {
  name: 'tree watcher',
  start(stage) {
    writesSome(stage);
    keepsLink(stage);
    const one = () => watchTree(stage, stage.pick(['/v', '/v/a']));
    one();
    stage.every(4000, one);
  },
};

/** Watches a tree; sometimes leaves it after a while, of at most so many milliseconds. Returns how to end that. */
export function watchTree(stage: Stage, path: string, atMost = 5000): Subscription {
  const own: Watched = { stage, path, tree: undefined };
  const all = stage.get(trees);
  all.add(own);
  const subscription = stage.follow<Tree>(stage.zk.watchTree(own.path), { next: (tree) => void (own.tree = tree) });
  subscription.add(() => all.delete(own));
  if (stage.random() < 0.5) stage.after(stage.between(0, atMost), () => subscription.unsubscribe());
  return subscription;
}

function lie({ stage: { world }, path, tree }: Watched): string | undefined {
  const nodes = [...world.server.tree(path)];
  if (nodes.some(([, node]) => isClosed(node))) return undefined;
  if (tree === undefined) return `${path}: nothing is shown`;
  if (tree.stale) return `${path}: stale`;
  const shown = [...within(tree.root)].map((node) => `${node.path} ${node.stat.czxid} ${node.stat.mzxid}`).sort();
  const truth = nodes.map(([each, { stat }]) => `${each} ${stat.czxid} ${stat.mzxid}`).sort();
  const wrong = [
    ...shown.filter((line) => !truth.includes(line)).map((line) => `+${line}`),
    ...truth.filter((line) => !shown.includes(line)).map((line) => `-${line}`),
  ];
  return wrong.length === 0 ? undefined : `${path}: ${wrong.join(', ')}`;
}

function within(node: TreeNode | undefined): TreeNode[] {
  return node === undefined ? [] : [node, ...[...node.children.values()].flatMap(within)];
}

export const treesAreTrue: Law = {
  name: 'trees are true when all is well',
  after: (world: SimulatedWorld) => [...world.get(trees)].map(lie).find((each) => each !== undefined),
};
