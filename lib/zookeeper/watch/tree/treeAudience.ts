import type { Subscriber } from 'rxjs';
import type { CoordinationError } from '../../../core/errors.js';
import type { TreeChange } from './treeChange.js';
import type { Tree, TreeNode } from './treeNode.js';

/** Who watches a tree: as a whole, or change by change. */
export class TreeAudience<T> {
  readonly #trees = new Set<Subscriber<Tree<T>>>();
  readonly #changes = new Set<Subscriber<TreeChange<T>>>();
  readonly #empty: () => void;
  #shown: Tree<T> | undefined;

  /** @param empty called when the last one leaves */
  constructor(empty: () => void) {
    this.#empty = empty;
  }

  /** The tree as it was last shown. */
  get shown(): Tree<T> | undefined {
    return this.#shown;
  }

  joinTree(subscriber: Subscriber<Tree<T>>): void {
    this.#trees.add(subscriber);
    subscriber.add(() => this.#left(this.#trees.delete(subscriber)));
    if (this.#shown !== undefined) subscriber.next(this.#shown);
  }

  joinChanges(subscriber: Subscriber<TreeChange<T>>, nodes: Iterable<TreeNode<T>>): void {
    this.#changes.add(subscriber);
    subscriber.add(() => this.#left(this.#changes.delete(subscriber)));
    for (const node of nodes) subscriber.next({ kind: 'added', path: node.path, node });
    if (this.#shown?.stale === false) subscriber.next({ kind: 'synced', tree: this.#shown });
  }

  show(tree: Tree<T>): void {
    this.#shown = tree;
    for (const subscriber of [...this.#trees]) subscriber.next(tree);
  }

  /**
   * Shows a tree to all subscribers, and says that it is complete. A subscriber that joins meanwhile gets it by
   * joining.
   */
  sync(tree: Tree<T>): void {
    const told = [...this.#changes];
    this.show(tree);
    for (const subscriber of told) subscriber.next({ kind: 'synced', tree });
  }

  /** A subscriber that joins meanwhile finds all of them in the tree. */
  tell(changes: readonly TreeChange<T>[]): void {
    const told = [...this.#changes];
    for (const change of changes) for (const subscriber of told) subscriber.next(change);
  }

  ended(error: CoordinationError | undefined): void {
    for (const subscriber of [...this.#trees, ...this.#changes]) {
      if (error === undefined) subscriber.complete();
      else subscriber.error(error);
    }
  }

  #left(left: boolean): void {
    if (left && this.#trees.size + this.#changes.size === 0) this.#empty();
  }
}
