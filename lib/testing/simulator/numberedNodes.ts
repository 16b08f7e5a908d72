import { OPEN_ACL } from '../../zookeeper/acl.js';
import type { Stored } from '../zookeeper/dataFile.js';
import { DataTree, parentPath } from '../zookeeper/store/dataTree.js';
import { Znode } from '../zookeeper/store/znode.js';

/**
 * A tree of empty nodes that have numbered children before.
 *
 * Returns `undefined` where there are none.
 *
 * @param numbers how many children each node has numbered, by path; nodes above that are not among them have numbered
 * none
 */
export function numberedNodes(numbers: Readonly<Record<string, number>>): Stored | undefined {
  if (Object.keys(numbers).length === 0) return undefined;
  const tree = new DataTree(false);
  const add = (path: string): Znode => {
    const known = tree.get(path);
    if (known !== undefined) return known;
    const node = new Znode({ kind: 'persistent', owner: 0n, ttl: 0, data: null, acl: OPEN_ACL }, 1, 0);
    tree.add(path, node, add(parentPath(path)));
    return node;
  };
  for (const [path, creations] of Object.entries(numbers)) add(path).creations = creations;
  return { tree, zxid: 1, sessions: [] };
}
