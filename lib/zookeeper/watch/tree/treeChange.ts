import type { Tree, TreeNode } from './treeNode.js';

/** What has changed in a watched tree. */
export type TreeChange<T = Uint8Array | null> =
  | { readonly kind: 'added'; readonly path: string; readonly node: TreeNode<T> }
  /** Its data. */
  | { readonly kind: 'changed'; readonly path: string; readonly node: TreeNode<T>; readonly previous: TreeNode<T> }
  /** Deleted and created again, so that it is another node by the same name. */
  | { readonly kind: 'recreated'; readonly path: string; readonly node: TreeNode<T>; readonly previous: TreeNode<T> }
  | { readonly kind: 'removed'; readonly path: string; readonly previous: TreeNode<T> }
  /**
   * All that there is has been told: after the first reading, and whenever what was missed without a link has been
   * read.
   */
  | { readonly kind: 'synced'; readonly tree: Tree<T> };
