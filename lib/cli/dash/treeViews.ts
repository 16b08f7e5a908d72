import { withLocks } from './withLocks.js';
import type { DashStore, SeenBranches } from './dashStore.js';
import { type Branch, OpenRows } from './openRows.js';
import type { FoundState, LocksState, Row, RowsState, RowsWanted } from './types.js';

/** Rows of one state: a page asks for the pages that it shows. */
export const PAGE = 100;
/** The most paths that a search shows, and the most locks. */
const MOST = 200;

/** A page of rows. */
export function rowsOf<B extends Branch>(
  { root, size }: SeenBranches<B>,
  { open, from }: RowsWanted,
  { mark }: Pick<DashStore<B>, 'mark'>
): RowsState {
  if (root === undefined) return { size, total: 0, from, rows: [] };
  const rows = new OpenRows(root, open);
  return {
    size,
    total: rows.total,
    from,
    rows: rows.page(from, PAGE).map(({ branch, level, place, siblings, isOpen }): Row => ({
      path: branch.path,
      name: branch.name,
      level,
      place,
      siblings,
      children: branch.children.size,
      isOpen,
      ...mark(branch),
    })),
  };
}

/** The paths that contain a text, whatever the case of its letters, in the order of the tree. */
export function foundIn({ root }: SeenBranches<Branch>, text: string): FoundState {
  const wanted = text.toLowerCase();
  const paths: string[] = [];
  let count = 0;
  if (root === undefined || wanted === '') return { paths, count };
  for (const { path } of within(root)) {
    if (path === '/' || !path.toLowerCase().includes(wanted)) continue;
    if (++count <= MOST) paths.push(path);
  }
  return { paths, count };
}

/** The locks of a tree. Branches that did not change are not looked at again. */
export function locksOf<B extends Branch>(store: Pick<DashStore<B>, 'locksAt'>): (tree: SeenBranches<B>) => LocksState {
  const locksIn = withLocks(store);
  return ({ root }) => {
    const locks = root === undefined ? [] : locksIn(root);
    return { locks: locks.slice(0, MOST), count: locks.length };
  };
}

/** A branch and all below it, each before its children. */
export function* within<B extends Branch>(branch: B): Generator<B, void, undefined> {
  yield branch;
  for (const open = [branch.children.values()]; open.length > 0;) {
    const { value } = open.at(-1)!.next();
    if (value === undefined) open.pop();
    else {
      yield value as B;
      open.push(value.children.values());
    }
  }
}
