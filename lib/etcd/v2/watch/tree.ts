import type { EtcdV2Node, EtcdV2Result } from '../protocol/answer.js';

type Node = EtcdV2Node;

/** Whether an event says that its key, and all below it, has gone. */
export function isRemoval({ action }: Pick<EtcdV2Result, 'action'>): boolean {
  return action === 'delete' || action === 'compareAndDelete' || action === 'expire';
}

/**
 * Whether an event is of a hidden key below the root, such as `/_x`. Etcd does not tell of it while a watcher waits,
 * but does where the event is in its history.
 */
export function isHidden({ node }: EtcdV2Result, root: string): boolean {
  return node !== undefined && isWithin(node.key, root) && node.key.includes('/_', root === '/' ? 0 : root.length);
}

/**
 * The tree below a key after an event. Nodes are immutable: a change copies the nodes on the way to it.
 *
 * @param root the key of the tree
 */
export function applied(tree: Node | undefined, root: string, event: EtcdV2Result): Node | undefined {
  const { node } = event;
  if (node === undefined) return tree;
  const gone = isRemoval(event);
  if (isWithin(root, node.key)) return gone ? undefined : node.key === root ? written(tree, node) : tree;
  if (!isWithin(node.key, root)) return tree;
  const names = node.key.slice(root === '/' ? 1 : root.length + 1).split('/');
  return changed(tree, root, names, 0, node, gone);
}

/** Whether a key is another one, or below it. */
export function isWithin(key: string, directory: string): boolean {
  return directory === '/' || key === directory || key.startsWith(`${directory}/`);
}

function changed(
  tree: Node | undefined,
  key: string,
  names: readonly string[],
  at: number,
  node: Node,
  gone: boolean
): Node | undefined {
  if (at === names.length) return gone ? undefined : written(tree, node);
  if (gone && tree === undefined) return undefined;
  const { modifiedIndex } = node;
  const own: Node = tree?.dir === true ? tree : { key, dir: true, createdIndex: modifiedIndex, modifiedIndex };
  const name = `${key === '/' ? '' : key}/${names[at]!}`;
  const nodes = own.nodes ?? [];
  const found = nodes.findIndex((it) => it.key === name);
  const before = nodes[found]; // undefined where there is none
  const child = changed(before, name, names, at + 1, node, gone);
  if (child === before) return own;
  const place = found < 0 ? nodes.filter((it) => it.key < name).length : found;
  return { ...own, nodes: nodes.toSpliced(place, found < 0 ? 0 : 1, ...(child === undefined ? [] : [child])) };
}

/** A directory keeps what is in it. */
function written(before: Node | undefined, node: Node): Node {
  return node.dir ? { ...node, nodes: before?.dir === true ? (before.nodes ?? []) : [] } : node;
}

/**
 * What must have happened between two trees, as events: first the deletions, then the rest by their indexes.
 *
 * @param since for an unknown tree before: the first index of a change that counts
 */
export function differences(
  before: Node | undefined,
  after: Node | undefined,
  result: Pick<EtcdV2Result, 'etcdIndex' | 'clusterId' | 'raftIndex' | 'raftTerm'>,
  since = 0
): readonly EtcdV2Result[] {
  const [old, now] = [byKey(before), byKey(after)];
  const { etcdIndex } = result;
  const gone = [...old.values()]
    .filter(({ key }) => !now.has(key) && !(old.has(parentOf(key)) && !now.has(parentOf(key))))
    .map((node) => {
      const { key, dir, createdIndex } = node;
      const removed = { key, dir, createdIndex, modifiedIndex: etcdIndex };
      return { ...result, action: 'delete' as const, created: false, node: removed, prevNode: node };
    });
  const fresh = [...now.values()]
    .filter((node) => {
      const known = old.get(node.key);
      if (known === undefined) return node.modifiedIndex >= since;
      return known.dir !== node.dir || (!node.dir && node.modifiedIndex !== known.modifiedIndex);
    })
    .sort((a, b) => a.modifiedIndex - b.modifiedIndex)
    .map(({ nodes: _, ...node }) => {
      const prevNode = old.get(node.key);
      return { ...result, action: 'set' as const, created: prevNode === undefined, node, prevNode };
    });
  return [...gone, ...fresh];
}

/**
 * Whether an event is missing between two trees. A refresh is no event: it changes the index of a key that has a time
 * to live, and nothing else. A directory may have come with a key that is not watched.
 *
 * @param since for an unknown tree before: the first index of a change that counts
 */
export function hasMissed(
  before: Node | undefined,
  after: Node | undefined,
  result: EtcdV2Result,
  since?: number
): boolean {
  return differences(before, after, result, since).some(({ action, node, prevNode }) => {
    if (since !== undefined && node?.dir === true) return false;
    if (action === 'delete' || node?.ttl === undefined) return true;
    if (prevNode === undefined) return node.createdIndex >= (since ?? 0);
    return prevNode.createdIndex !== node.createdIndex || prevNode.value !== node.value;
  });
}

function byKey(tree: Node | undefined, all = new Map<string, Node>()): Map<string, Node> {
  if (tree === undefined) return all;
  all.set(tree.key, tree);
  for (const node of tree.nodes ?? []) byKey(node, all);
  return all;
}

function parentOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/')) || '/';
}
