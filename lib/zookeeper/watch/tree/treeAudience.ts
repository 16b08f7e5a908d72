import type { Subscriber } from 'rxjs';
import type { CoordinationError } from '../../../core/errors.js';
import { freshness } from '../../../core/watched.js';
import type { TreeChange } from './treeChange.js';
import type { Tree } from './treeNode.js';
import type { TreeState } from './treeState.js';

/** The subscribers of a tree: to all of it, or to each change. */
export class TreeAudience<T> {
  readonly #trees = new Set<Subscriber<Tree<T>>>();
  readonly #changes = new Set<Subscriber<TreeChange<T>>>();
  readonly #path: string;
  readonly #state: Pick<TreeState<T>, 'root' | 'size' | 'all'>;
  readonly #empty: () => void;
  #shown: Tree<T> | undefined;

  /**
   * @param path where the tree begins
   * @param empty called when the last one leaves
   */
  constructor(path: string, state: Pick<TreeState<T>, 'root' | 'size' | 'all'>, empty: () => void) {
    this.#path = path;
    this.#state = state;
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

  joinChanges(subscriber: Subscriber<TreeChange<T>>): void {
    this.#changes.add(subscriber);
    subscriber.add(() => this.#left(this.#changes.delete(subscriber)));
    for (const node of this.#state.all()) subscriber.next({ kind: 'added', path: node.path, node });
    if (this.#shown?.stale === false) subscriber.next({ kind: 'synced', tree: this.#shown });
  }

  /**
   * Shows the tree as it is known to all subscribers.
   *
   * @param cause why it may be outdated
   */
  show(cause: CoordinationError | undefined): Tree<T> {
    const { root, size } = this.#state;
    const common = { path: this.#path, size, ...freshness(cause) };
    const tree: Tree<T> = root === undefined ? { kind: 'absent', ...common } : { kind: 'present', root, ...common };
    this.#shown = tree;
    for (const subscriber of [...this.#trees]) subscriber.next(tree);
    return tree;
  }

  /**
   * Shows the tree to all subscribers, and says that it is complete. A subscriber that joins meanwhile gets it by
   * joining.
   */
  sync(): void {
    const told = [...this.#changes];
    const tree = this.show(undefined);
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
