import { firstValueFrom, forkJoin } from 'rxjs';
import type { Rights } from './rights.js';
import type { StoreNode, TreeStore } from './treeStore.js';

/** Nodes whose rights are read together. */
const BATCH = 64;

/** A node with its rights, where the store has any. */
export interface NodeWithRights {
  readonly node: StoreNode;
  readonly acl: readonly Rights[] | undefined;
}

/** Adds their rights to nodes, in the same order. It reads no further ahead than some of them. */
export async function* withRights(store: TreeStore, nodes: AsyncIterable<StoreNode>): AsyncIterable<NodeWithRights> {
  const { acl: rightsAt } = store;
  if (rightsAt === undefined) {
    for await (const node of nodes) yield { node, acl: undefined };
    return;
  }
  const rightsOf = async (batch: readonly StoreNode[]) => {
    const all = await firstValueFrom(forkJoin(batch.map(({ path }) => rightsAt(path))), { defaultValue: [] });
    return batch.map((node, i) => ({ node, acl: all[i]?.rights }));
  };
  const batch: StoreNode[] = [];
  for await (const node of nodes) if (batch.push(node) === BATCH) yield* await rightsOf(batch.splice(0));
  yield* await rightsOf(batch);
}
