import type { Tree, TreeNode } from './treeNode.js';

/** A change of a watched tree. */
export type TreeChange<T = Uint8Array | null> =
  | { readonly kind: 'added'; readonly path: string; readonly node: TreeNode<T> }
  /** Its data. */
  | { readonly kind: 'changed'; readonly path: string; readonly node: TreeNode<T>; readonly previous: TreeNode<T> }
  /** Deleted and created again, so that it is another node by the same name. */
  | { readonly kind: 'recreated'; readonly path: string; readonly node: TreeNode<T>; readonly previous: TreeNode<T> }
  | { readonly kind: 'removed'; readonly path: string; readonly previous: TreeNode<T> }
  /**
   * All changes so far were emitted: after the first reading, and whenever missed changes have been read after a gap.
   */
  | { readonly kind: 'synced'; readonly tree: Tree<T> };
