import {
  NEVER,
  type Observable,
  catchError,
  concat,
  distinctUntilChanged,
  filter,
  map,
  merge,
  of,
  switchMap,
  timer,
} from 'rxjs';
import type { RightsAtNode } from '../stores/rights.js';
import type { StoreNode } from '../stores/treeStore.js';
import type { DashStore } from './dashStore.js';
import { seen } from './seen.js';
import type { NodeState, Seen } from './types.js';

/** The most bytes of a value that a page shows. */
export const MOST_BYTES = 512 * 1024;
/** Milliseconds between two looks at the rights: no event tells of their changes. */
const RIGHTS = 10_000;

/**
 * A node, live: its value, its facts, and its rights.
 *
 * @param changed$ paths of nodes whose rights this dashboard has changed
 */
export function nodeView(
  { store, about }: Pick<DashStore, 'store' | 'about'>,
  path: string,
  changed$: Observable<string>
): Observable<Seen<NodeState>> {
  if (path === '/' && about.kind !== 'zookeeper')
    return concat(of(seen({ path, node: undefined, acl: undefined })), NEVER); // no key
  const rightsAt = store.acl;
  return store.watch(path).pipe(
    switchMap(({ node, cause }) => {
      const rights$ =
        rightsAt === undefined || node === undefined
          ? of(undefined)
          : merge(timer(0, RIGHTS), changed$.pipe(filter((changed) => changed === path))).pipe(
              switchMap(() => rightsAt(path).pipe(catchError(() => of(undefined))))
            );
      return rights$.pipe(
        distinctUntilChanged((a, b) => JSON.stringify(a) === JSON.stringify(b)),
        map((acl) => seen({ path, node: node && shown(node, acl), acl }, cause))
      );
    })
  );
}

/** No event tells of a change of the rights, so the version of those that were read last is the newest one. */
function shown({ value, exists, facts }: StoreNode, acl: RightsAtNode | undefined): NonNullable<NodeState['node']> {
  return {
    exists,
    value: value instanceof Uint8Array ? value.subarray(0, MOST_BYTES) : value,
    bytes: value?.length ?? 0,
    facts: acl === undefined ? facts : { ...facts, aversion: Number(acl.version) },
    version: facts['version'] === undefined ? undefined : String(facts['version']),
  };
}
