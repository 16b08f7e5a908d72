import type { CoordinationError } from '../../../core/errors.js';
import { NameMap } from '../../../core/nameMap.js';
import type { Freshness } from '../../../core/watched.js';
import type { Stat } from '../../types.js';

/**
 * A node of a watched tree, as it is at one time. It never changes: a change makes new objects of the node and of those
 * above it, and of no other, so that `===` shows at once which nodes are unchanged.
 */
export type TreeNode<T = Uint8Array | null> = {
  readonly path: string;
  /** The last component of the path; `''` for the root of all. */
  readonly name: string;
  /** As of the last read of the data: its numbers about the children are of that time. */
  readonly stat: Stat;
  /** By their names, and in the order of these. */
  readonly children: ReadonlyMap<string, TreeNode<T>>;
} & Content<T>;

/**
 * A watched tree, as it is at one time. It is `'absent'` while there is no node at its path. `stale` is true while
 * there is no connection, while changes that were missed are still being read, and while the server refuses a watch.
 */
export type Tree<T = Uint8Array | null> = Freshness & {
  /** The path of the root. */
  readonly path: string;
  /** The number of nodes. */
  readonly size: number;
} & ({ readonly kind: 'present'; readonly root: TreeNode<T> } | { readonly kind: 'absent'; readonly root?: undefined });

/**
 * The result of reading a node of a tree, told apart by `kind`: its value; or `'denied'`, where only its metadata may
 * be read; or `'unreadable'` with the error, `BAD_VALUE` of the codec or `REPLY_TOO_LARGE`.
 */
export type Content<T> =
  | { readonly kind: 'present'; readonly value: T; readonly error?: undefined }
  | { readonly kind: 'denied'; readonly value?: undefined; readonly error?: undefined }
  | { readonly kind: 'unreadable'; readonly value?: undefined; readonly error: CoordinationError };

/** The content of a node whose data was refused. */
export function withoutValue(error: CoordinationError): Content<never> {
  return error.code === 'NO_AUTH' ? { kind: 'denied' } : { kind: 'unreadable', error };
}

export function twig<T>(
  path: string,
  name: string,
  stat: Stat,
  content: Content<T>,
  children: ReadonlyMap<string, TreeNode<T>> = NameMap.empty<TreeNode<T>>()
): TreeNode<T> {
  const { kind } = content;
  if (kind === 'present') return { kind, path, name, stat, children, value: content.value };
  return kind === 'denied'
    ? { kind, path, name, stat, children }
    : { kind, path, name, stat, children, error: content.error };
}

/** The node that these names lead to, or so many of them. */
export function nodeAt<T>(
  root: TreeNode<T> | undefined,
  names: readonly string[],
  depth = names.length
): TreeNode<T> | undefined {
  let node = root;
  for (let i = 0; node !== undefined && i < depth; i++) node = node.children.get(names[i]!);
  return node;
}

/**
 * The tree with another node, or none, where these names lead; the nodes above it are copied, and nothing else. The way
 * there must exist.
 */
export function planted<T>(
  root: TreeNode<T> | undefined,
  names: readonly string[],
  node: TreeNode<T> | undefined
): TreeNode<T> | undefined {
  const above: TreeNode<T>[] = [];
  for (let i = 0, at = root; i < names.length; i++) {
    above.push(at!);
    at = at!.children.get(names[i]!);
  }
  let planted = node;
  for (let i = names.length; i-- > 0;) {
    const { path, name, stat, children } = above[i] as TreeNode<T> & { readonly children: NameMap<TreeNode<T>> };
    planted = twig<T>(
      path,
      name,
      stat,
      above[i] as Content<T>,
      planted === undefined ? children.without(names[i]!) : children.with(planted)
    );
  }
  return planted;
}

/** The node and all below it, each before its children. A loop, since others decide how deep a tree is. */
export function* withinTree<T>(node: TreeNode<T>): Generator<TreeNode<T>, void, undefined> {
  yield node;
  for (const open = [node.children.values()]; open.length > 0;) {
    const { value } = open.at(-1)!.next();
    if (value === undefined) open.pop();
    else {
      yield value;
      open.push(value.children.values());
    }
  }
}

/** Whether the data of a node is as it was. Servers that have lost data use the number of a transaction again. */
export function sameData(a: Stat, b: Stat): boolean {
  return (
    a.mzxid === b.mzxid &&
    a.czxid === b.czxid &&
    a.mtime === b.mtime &&
    a.version === b.version &&
    a.dataLength === b.dataLength
  );
}
