import { type Observable, concatMap, map, of } from 'rxjs';
import { equalBytes } from '../../bytes/equalBytes.js';
import type { Rights } from './rights.js';
import type { TreeStore } from './treeStore.js';

/** The outcome for a node that should be written. */
export type PutResult = 'created' | 'replaced' | 'same' | 'kept';

/** How to write. */
export interface PutOptions {
  /** Leaves nodes that are there, whatever their values are. */
  readonly keep: boolean;
  /** Changes nothing, and emits the outcome that there would be. */
  readonly dryRun: boolean;
}

/** A node to write. Its rights are those of a new node: a node that exists keeps its own. */
export interface NewNode {
  readonly path: string;
  readonly value: Uint8Array | null;
  readonly acl?: readonly Rights[] | undefined;
}

const NO_BYTES = new Uint8Array(0);

/** Writes a node, and creates it with those above it if need be. A node with the same value is left alone. */
export function putNode(
  store: TreeStore,
  { path, value, acl }: NewNode,
  { keep, dryRun }: PutOptions
): Observable<PutResult> {
  const bytes = value ?? NO_BYTES;
  const done = <R extends PutResult>(result: R, change$: Observable<unknown>) =>
    dryRun ? of(result) : change$.pipe(map(() => result));
  return store.get(path).pipe(
    concatMap((found): Observable<PutResult> => {
      if (found?.exists !== true) return done('created', store.create(path, value, { parents: true, acl }));
      if (equalBytes(found.value ?? NO_BYTES, bytes)) return of('same');
      return keep ? of('kept') : done('replaced', store.set(path, bytes, {}));
    })
  );
}
