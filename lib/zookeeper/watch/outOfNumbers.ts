import type { Stat } from '../types.js';

/**
 * Whether a node has numbered 2^31 - 1 children. From then on a server leaves its `pzxid` as it is when a child is
 * created, and `setWatches` after a lost link does not tell of it: the list must be read again. (`DataTree.createNode`:
 * the count of the parent overflows.)
 */
export function outOfNumbers({ cversion, numChildren }: Stat): boolean {
  return ((cversion + numChildren) | 0) === -2; // a server shows twice its count, less the children
}
