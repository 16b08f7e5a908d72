import { nameOf } from '../../path.js';
import type { Stat } from '../../types.js';
import { outOfNumbers } from '../outOfNumbers.js';
import type { TreeChange } from './treeChange.js';
import type { TreeScope } from './treeScope.js';
import { type Content, type TreeNode, nodeAt, planted, twig, withinTree } from './treeNode.js';

/** The known state of a tree. Every change makes a new root, and is reported once all that goes with it is done. */
export class TreeState<T> {
  readonly #scope: Pick<TreeScope<T>, 'names'>;
  readonly #tell: (changes: readonly TreeChange<T>[]) => void;
  #root: TreeNode<T> | undefined;
  #size = 0;

  constructor(scope: Pick<TreeScope<T>, 'names'>, tell: (changes: readonly TreeChange<T>[]) => void) {
    this.#scope = scope;
    this.#tell = tell;
  }

  get root(): TreeNode<T> | undefined {
    return this.#root;
  }

  /** How many nodes there are. */
  get size(): number {
    return this.#size;
  }

  /** All nodes, each before those below it. */
  all(): Iterable<TreeNode<T>> {
    return this.#root === undefined ? [] : withinTree<T>(this.#root);
  }

  /** The nodes that may have new children of which a server does not tell after a lost link. */
  *missable(): Iterable<string> {
    for (const { path, stat } of this.all()) if (outOfNumbers(stat)) yield path;
  }

  find(path: string): TreeNode<T> | undefined {
    return nodeAt<T>(this.#root, this.#scope.names(path));
  }

  /** Whether a node has its place: the one above it is there, or none is needed. */
  hasPlace(path: string): boolean {
    const names = this.#scope.names(path);
    return names.length === 0 || nodeAt<T>(this.#root, names, names.length - 1) !== undefined;
  }

  /** A node as it was read; it must have its place. */
  put(path: string, stat: Stat, content: Content<T>): void {
    const previous = this.find(path);
    const same = previous?.stat.czxid === stat.czxid;
    const removed = previous === undefined || same ? [] : this.#below(previous);
    const node = twig<T>(path, nameOf(path), stat, content, same ? previous.children : undefined);
    this.#plant(path, node);
    this.#size += previous === undefined ? 1 : -removed.length;
    this.#tell(
      previous === undefined
        ? [{ kind: 'added', path, node }]
        : [...removed, { kind: same ? 'changed' : 'recreated', path, node, previous }]
    );
  }

  /** Removes a node and all nodes below it, which are reported first. */
  remove(path: string): void {
    const node = this.find(path);
    if (node === undefined) return;
    const removed = [...this.#below(node), removal(node)];
    this.#plant(path, undefined);
    this.#size -= removed.length;
    this.#tell(removed);
  }

  /** That all below a node is removed, the lowest first. */
  #below(node: TreeNode<T>): readonly TreeChange<T>[] {
    const [, ...below] = withinTree<T>(node);
    return below.reverse().map(removal);
  }

  #plant(path: string, node: TreeNode<T> | undefined): void {
    this.#root = planted<T>(this.#root, this.#scope.names(path), node);
  }
}

function removal<T>(previous: TreeNode<T>): TreeChange<T> {
  return { kind: 'removed', path: previous.path, previous };
}
