import type { DashStore } from './dashStore.js';
import type { Branch } from './openRows.js';
import type { LockView } from './types.js';

const NONE: readonly LockView[] = [];

/**
 * Finds the locks at a branch and below it. It remembers the locks of each branch: a change makes new branches on the
 * way to the root, and only these are looked at again.
 */
export function withLocks<B extends Branch>({
  locksAt,
}: Pick<DashStore<B>, 'locksAt'>): (root: B) => readonly LockView[] {
  const known = new WeakMap<Branch, readonly LockView[]>();
  return (root) => {
    const open: B[] = [root];
    const order: B[] = [];
    for (let branch = open.pop(); branch !== undefined; branch = open.pop()) {
      if (known.has(branch)) continue;
      order.push(branch);
      for (const child of branch.children.values()) if (!known.has(child)) open.push(child as B);
    }
    for (const branch of order.reverse()) {
      let locks = locksAt(branch);
      for (const child of branch.children.values()) {
        const below = known.get(child)!;
        if (below.length > 0) locks = [...locks, ...below];
      }
      known.set(branch, locks.length === 0 ? NONE : locks);
    }
    return known.get(root)!;
  };
}
