import type { Routing } from '../../../arakoon/protocol/routing.js';
import { same } from './applyStep.js';

type Branch = Exclude<Routing, { readonly cluster: string }>;

/**
 * Moves the separator between two clusters, or brings in a new one at one side of it, as the server does; `undefined`
 * if both are new.
 */
export function changeRouting(tree: Routing, left: string, separator: Uint8Array, right: string): Routing | undefined {
  const ids = clustersIn(tree);
  if (!ids.includes(left) && !ids.includes(right)) return undefined;
  return compact(moved(tree, left, separator, right));
}

function moved(tree: Routing, left: string, separator: Uint8Array, right: string): Routing {
  if ('cluster' in tree) {
    const known = tree.cluster === left || tree.cluster === right;
    return known
      ? { separator, left: { cluster: left }, right: { cluster: right } }
      : { separator, left: tree, right: { cluster: left } };
  }
  if (clustersIn(tree.left).at(-1) === left && clustersIn(tree.right)[0] === right) return { ...tree, separator };
  if (Buffer.compare(tree.separator, separator) < 0)
    return { ...tree, right: moved(tree.right, left, separator, right) };
  return { ...tree, left: moved(tree.left, left, separator, right) };
}

/** Without the clusters that no key is left for. */
function compact(tree: Routing): Routing {
  return clustersIn(tree).reduce((kept, id) => (isEmpty(kept, id) ? (without(kept, id) ?? kept) : kept), tree);
}

function isEmpty(tree: Routing, id: string): boolean {
  const [lower, upper] = [lowerBound(tree, id, null), upperBound(tree, id, null)];
  return lower !== null && upper !== null && same(lower, upper);
}

function lowerBound(tree: Routing, id: string, outer: Uint8Array | null): Uint8Array | null {
  if ('cluster' in tree) return null;
  if (isLeaf(tree.right, id)) return tree.separator;
  if (isLeaf(tree.left, id)) return outer;
  return lowerBound(tree.left, id, null) ?? lowerBound(tree.right, id, tree.separator);
}

function upperBound(tree: Routing, id: string, outer: Uint8Array | null): Uint8Array | null {
  if ('cluster' in tree) return null;
  if (isLeaf(tree.left, id)) return tree.separator;
  if (isLeaf(tree.right, id)) return outer;
  return upperBound(tree.left, id, tree.separator) ?? upperBound(tree.right, id, null);
}

function without(tree: Routing, id: string): Routing | undefined {
  if ('cluster' in tree) return tree.cluster === id ? undefined : tree;
  const [left, right] = [without(tree.left, id), without(tree.right, id)];
  return left === undefined || right === undefined ? (left ?? right) : ({ ...tree, left, right } satisfies Branch);
}

function isLeaf(tree: Routing, id: string): boolean {
  return 'cluster' in tree && tree.cluster === id;
}

function clustersIn(tree: Routing): string[] {
  return 'cluster' in tree ? [tree.cluster] : [...clustersIn(tree.left), ...clustersIn(tree.right)];
}
