import type { Acl } from '../../../zookeeper/types.js';
import { type DataTree, parentPath } from './dataTree.js';
import type { Quotas } from './quotas.js';
import { type StatNow, statNow } from './nodeStat.js';
import { type NewNode, Znode } from './znode.js';

/** From here on a real server does not count any more, and the next sequential name is there already. */
const LAST_CREATION = 2 ** 31 - 1;

/** The types of watch events, by their numbers on the wire. */
export const EventType = { created: 1, deleted: 2, dataChanged: 3, childrenChanged: 4 } as const;

/** One effect of a change. Watches hear of it once the change stands. */
export interface Trigger {
  readonly type: number;
  readonly path: string;
  /** Who may read the node, for events that are withheld from others. */
  readonly acl: readonly Acl[];
}

/** Everything that one transaction does to the tree. It is done at once, and can be taken back as a whole. */
export class TreeChanges {
  readonly zxid: number;
  readonly time: number;
  readonly triggers: Trigger[] = [];
  readonly #tree: DataTree;
  readonly #quotas: Quotas;
  readonly #undo: (() => void)[] = [];

  constructor(tree: DataTree, quotas: Quotas, zxid: number, time: number) {
    this.#tree = tree;
    this.#quotas = quotas;
    this.zxid = zxid;
    this.time = time;
    quotas.begin();
  }

  /** Returns the Stat that a reply shows. */
  create(path: string, parent: Znode, made: NewNode): StatNow {
    const node = new Znode(made, this.zxid, this.time);
    const { creations, pzxid } = parent;
    this.#tree.add(path, node, parent);
    if (creations < LAST_CREATION) Object.assign(parent, { creations: creations + 1, pzxid: this.zxid });
    this.#undo.push(() => {
      this.#tree.remove(path, node, parent);
      Object.assign(parent, { creations, pzxid });
    });
    const stat = statNow(node);
    this.#quotas.created(path, node, this.#undo);
    this.triggers.push(
      { type: EventType.created, path, acl: node.acl },
      { type: EventType.childrenChanged, path: parentPath(path), acl: parent.acl }
    );
    return stat;
  }

  delete(path: string, node: Znode, parent: Znode): void {
    const { pzxid } = parent;
    this.#tree.remove(path, node, parent);
    parent.pzxid = this.zxid;
    this.#undo.push(() => {
      this.#tree.add(path, node, parent);
      parent.pzxid = pzxid;
    });
    this.#quotas.deleted(path, node, this.#undo);
    this.triggers.push(
      { type: EventType.deleted, path, acl: node.acl },
      { type: EventType.childrenChanged, path: parentPath(path), acl: parent.acl }
    );
  }

  setData(path: string, node: Znode, data: Uint8Array | null): StatNow {
    const { data: old, mzxid, mtime, version, size } = node;
    node.data = data;
    node.mzxid = this.zxid;
    node.mtime = this.time;
    node.version = (version + 1) | 0;
    this.#undo.push(() => Object.assign(node, { data: old, mzxid, mtime, version }));
    const stat = statNow(node);
    this.#quotas.changed(path, old, node.size - size, this.#undo);
    this.triggers.push({ type: EventType.dataChanged, path, acl: node.acl });
    return stat;
  }

  setAcl(node: Znode, acl: readonly Acl[]): void {
    const { acl: old, aversion } = node;
    node.acl = acl;
    node.aversion = (aversion + 1) | 0;
    this.#undo.push(() => Object.assign(node, { acl: old, aversion }));
  }

  /** Takes everything back. */
  rollBack(): void {
    for (const undo of this.#undo.reverse()) undo();
  }
}
