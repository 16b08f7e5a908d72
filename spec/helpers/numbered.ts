import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPEN_ACL } from '../../lib/zookeeper/acl.js';
import { writeDataFile } from '../../lib/testing/zookeeper/dataFile.js';
import type { ZooKeeperServerOptions } from '../../lib/testing/index.js';
import { DataTree } from '../../lib/testing/zookeeper/store/dataTree.js';
import { Znode } from '../../lib/testing/zookeeper/store/znode.js';
import { VirtualWorld } from './virtualWorld.js';

/** The last number that a parent gives. */
export const LAST_NUMBER = 2 ** 31 - 1;

/** A world whose server has these nodes, and gives these numbers next to their children. */
export function worldThatCounts(
  next: Readonly<Record<string, number>>,
  options: ZooKeeperServerOptions = {}
): VirtualWorld {
  const tree = new DataTree(true);
  for (const [path, creations] of Object.entries(next)) {
    const node = new Znode({ kind: 'persistent', owner: 0n, ttl: 0, data: null, acl: OPEN_ACL }, 1, 0);
    node.creations = creations;
    tree.add(path, node, tree.get(path.slice(0, path.lastIndexOf('/')))!);
  }
  const directory = mkdtempSync(join(tmpdir(), 'numbered-'));
  try {
    const dataFile = join(directory, 'data');
    writeDataFile(dataFile, { tree, zxid: 1, sessions: [] });
    return new VirtualWorld({ dataFile, ...options });
  } finally {
    rmSync(directory, { recursive: true, force: true }); // the server has read it
  }
}
