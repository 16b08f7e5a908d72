import { type Observable, concatMap, forkJoin, from, map, bufferCount, of } from 'rxjs';
import type { Rights, StoreNode, TreeStore } from './treeStore.js';

/** Nodes whose rights are read together. */
const BATCH = 64;

/** A node with its rights, where the store has any. */
export interface NodeWithRights {
  readonly node: StoreNode;
  readonly acl: readonly Rights[] | undefined;
}

/** Adds their rights to nodes, in the same order. */
export function withRights(store: TreeStore, node$: Observable<StoreNode>): Observable<NodeWithRights> {
  const { acl: rightsAt } = store;
  if (rightsAt === undefined) return node$.pipe(map((node) => ({ node, acl: undefined })));
  return node$.pipe(
    bufferCount(BATCH),
    concatMap((nodes) => forkJoin(nodes.map((node) => forkJoin({ node: of(node), acl: rightsAt(node.path) })))),
    concatMap((nodes) => from(nodes))
  );
}
