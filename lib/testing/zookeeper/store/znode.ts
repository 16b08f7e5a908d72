import type { Acl } from '../../../zookeeper/types.js';

/** The kinds of znodes. */
export type NodeKind = 'persistent' | 'ephemeral' | 'container' | 'ttl';

/** The properties of a new node. */
export interface NewNode {
  readonly kind: NodeKind;
  /** Session that owns an ephemeral node; else 0. */
  readonly owner: bigint;
  /** Milliseconds without a change and without children after which a TTL node goes; else 0. */
  readonly ttl: number;
  readonly data: Uint8Array | null;
  readonly acl: readonly Acl[];
}

/** A node of the tree. Zxids are numbers here: exact up to epoch 2,097,151. */
export class Znode {
  readonly kind: NodeKind;
  readonly owner: bigint;
  readonly ttl: number;
  data: Uint8Array | null;
  acl: readonly Acl[];
  readonly czxid: number;
  readonly ctime: number;
  mzxid: number;
  mtime: number;
  pzxid: number;
  version = 0;
  aversion = 0;
  /** How many children were ever created: the source of sequential names. */
  creations = 0;
  children: Set<string> | undefined;

  constructor({ kind, owner, ttl, data, acl }: NewNode, zxid: number, time: number) {
    this.kind = kind;
    this.owner = owner;
    this.ttl = ttl;
    this.data = data;
    this.acl = acl;
    this.czxid = this.mzxid = this.pzxid = zxid;
    this.ctime = this.mtime = time;
  }

  get size(): number {
    return this.data?.length ?? 0;
  }

  get numChildren(): number {
    return this.children?.size ?? 0;
  }

  /** The number that a Stat shows: creations and deletions of children. */
  get cversion(): number {
    return (this.creations * 2 - this.numChildren) | 0;
  }
}
