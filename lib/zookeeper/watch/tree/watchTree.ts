import { Observable, type Subscriber } from 'rxjs';
import { type Codec, checkCodec } from '../../../core/codecs.js';
import { callable, integer, knownKeys } from '../../../core/check.js';
import { checkPath } from '../../path.js';
import { endedBy, ofOpen } from '../closed.js';
import type { TreeChange } from './treeChange.js';
import { TreeCell, type TreeGround } from './treeCell.js';
import type { Tree } from './treeNode.js';
import { TreeScope } from './treeScope.js';

/** Which part of a tree to watch, and how to read it. */
export interface TreeOptions<T = Uint8Array | null> {
  /** The codec of the nodes' data. Default: the bytes as they are. A node that it refuses shows its `error`. */
  readonly codec?: Codec<T>;
  /** How many levels below the path; 0 is the node alone. Default: all. */
  readonly depth?: number;
  /**
   * Chooses nodes by their paths. Nodes below one that is left out are left out too. It must always return the same.
   */
  readonly filter?: (path: string) => boolean;
}

/**
 * A watched tree: as a value, and as a stream of its changes. Both share one watch, with any number of subscribers.
 */
export interface WatchedTree<T = Uint8Array | null> extends Observable<Tree<T>> {
  /**
   * The changes, node by node, each after those above it: first all nodes, as `added`, then `synced`, then changes as
   * they are read. `synced` comes again after a gap, when all missed changes have been emitted.
   */
  readonly changes$: Observable<TreeChange<T>>;
}

const KEYS: readonly (keyof TreeOptions)[] = ['codec', 'depth', 'filter'];

/** Follows a tree. See `ZooKeeper.watchTree`. */
export function watchTree<T>(ground: TreeGround, path: string, options: TreeOptions<T>): WatchedTree<T> {
  let cell: TreeCell<T> | undefined;
  const shared = () => {
    if (cell !== undefined) return cell;
    cell = new TreeCell(ground, checked(path, options), () => (cell = undefined));
    cell.start();
    return cell;
  };
  const client = {
    get state() {
      return ground.session.streams.state;
    },
    scheduler: ground.scheduler,
  };
  const following = <V>(join: (cell: TreeCell<T>, subscriber: Subscriber<V>) => void) =>
    new Observable<V>((subscriber) =>
      endedBy(ground.session.streams.state, subscriber) ? undefined : join(shared(), subscriber)
    ).pipe(ofOpen(client, 'presence', { operation: 'watchTree', path }));
  return Object.assign(
    following<Tree<T>>((it, subscriber) => it.audience.joinTree(subscriber)),
    { changes$: following<TreeChange<T>>((it, subscriber) => it.audience.joinChanges(subscriber)) }
  );
}

function checked<T>(path: string, options: TreeOptions<T>): TreeScope<T> {
  checkPath(path);
  const { codec, depth, filter } = knownKeys('options', options, KEYS as readonly (keyof TreeOptions<T>)[]);
  if (depth !== undefined) integer('options.depth', depth, 0, Number.MAX_SAFE_INTEGER);
  if (filter !== undefined) callable('options.filter', filter);
  if (codec !== undefined) checkCodec('options.codec', codec);
  return new TreeScope(path, codec, depth ?? Infinity, filter);
}
