import { READ_ACL, OPEN_ACL } from '../../../zookeeper/acl.js';
import { type NewNode, Znode } from './znode.js';

const SYSTEM: NewNode = { kind: 'persistent', owner: 0n, ttl: 0, data: new Uint8Array(0), acl: OPEN_ACL };
const CONFIG = '/zookeeper/config';

/**
 * Nodes that a server has from the start, and that cannot be deleted, parents first: ZooKeeper's, and ClickHouse
 * Keeper's.
 */
export const SYSTEM_NODES = {
  zookeeper: ['/', '/zookeeper', '/zookeeper/quota', CONFIG],
  keeper: ['/', '/keeper', '/keeper/api_version'],
} as const;

/** All nodes, by path. Checks nothing: whether a change may be made is for those who ask for it. */
export class DataTree {
  readonly nodes = new Map<string, Znode>();
  readonly ephemerals = new Map<bigint, Set<string>>();
  readonly containers = new Set<string>();
  readonly ttls = new Set<string>();
  /** The nodes that cannot be deleted. */
  system: readonly string[];

  /** @param configNode whether there is `/zookeeper/config`, as from 3.5 on */
  constructor(configNode: boolean, system: readonly string[] = SYSTEM_NODES.zookeeper) {
    this.system = system;
    for (const path of system) {
      if (path === CONFIG && !configNode) continue;
      this.nodes.set(path, new Znode(SYSTEM, 0, 0));
      if (path !== '/') this.#link(this.nodes.get(parentPath(path))!, path);
    }
    const config = this.nodes.get(CONFIG);
    if (config !== undefined) Object.assign(config, { acl: READ_ACL, aversion: -1 });
  }

  get(path: string): Znode | undefined {
    return this.nodes.get(path === '' ? '/' : path);
  }

  isSpecial(path: string): boolean {
    return this.system.includes(path);
  }

  /** Puts a node below its parent. Counts no creation: a node may also be put back. */
  add(path: string, node: Znode, parent: Znode): void {
    this.nodes.set(path, node);
    this.#link(parent, path);
    if (node.kind === 'container') this.containers.add(path);
    else if (node.kind === 'ttl') this.ttls.add(path);
    else if (node.kind === 'ephemeral') this.#ephemeralsOf(node.owner).add(path);
  }

  remove(path: string, node: Znode, parent: Znode): void {
    this.nodes.delete(path);
    parent.children?.delete(lastName(path));
    if (node.kind === 'container') this.containers.delete(path);
    else if (node.kind === 'ttl') this.ttls.delete(path);
    else if (node.kind === 'ephemeral') this.#disown(node.owner, path);
  }

  /** How many nodes are below a path, at any depth. */
  countBelow(path: string): number {
    if (path === '/') return this.nodes.size - 1;
    let count = -1;
    for (const open = [path]; open.length > 0; count++) {
      const at = open.pop()!;
      for (const name of this.nodes.get(at)?.children ?? []) open.push(`${at}/${name}`);
    }
    return count;
  }

  #link(parent: Znode, path: string): void {
    (parent.children ??= new Set()).add(lastName(path));
  }

  #ephemeralsOf(owner: bigint): Set<string> {
    let paths = this.ephemerals.get(owner);
    if (paths === undefined) this.ephemerals.set(owner, (paths = new Set()));
    return paths;
  }

  #disown(owner: bigint, path: string): void {
    const paths = this.ephemerals.get(owner);
    paths?.delete(path);
    if (paths?.size === 0) this.ephemerals.delete(owner);
  }
}

/** The path of the node above; `''` is the root, as the real server has it. */
export function parentPath(path: string): string {
  const parent = path.slice(0, path.lastIndexOf('/'));
  return parent === '' ? '/' : parent;
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
