/** Metadata of a znode. Times are milliseconds since the epoch; 64-bit ids are exact. */
export interface Stat {
  /** Transaction that created the node: its identity. Delete-and-recreate changes it. */
  readonly czxid: bigint;
  /** Transaction that last changed the data. */
  readonly mzxid: bigint;
  readonly ctime: number;
  readonly mtime: number;
  /** Number of changes to the data. */
  readonly version: number;
  /** Number of changes to the children. */
  readonly cversion: number;
  /** Number of changes to the ACL. */
  readonly aversion: number;
  /** Session that owns this ephemeral node; `0n` for any other. */
  readonly ephemeralOwner: bigint;
  /** Bytes of data. */
  readonly dataLength: number;
  readonly numChildren: number;
  /** Transaction that last changed the list of children. */
  readonly pzxid: bigint;
}

/** Permission bits of an ACL entry. */
export const Permission = { READ: 1, WRITE: 2, CREATE: 4, DELETE: 8, ADMIN: 16, ALL: 31 } as const;

/** One entry of an access control list: the permissions of an identity. */
export interface Acl {
  /** Sum of {@link Permission} bits; 0 allows nothing. Servers keep other bits too, which mean nothing to them. */
  readonly permissions: number;
  /** `world`, `auth`, `digest`, `ip`, `x509`, `sasl`, or a scheme of the server's own. */
  readonly scheme: string;
  readonly id: string;
}

/** An identity that the server holds for this connection. */
export interface ClientInfo {
  readonly scheme: string;
  readonly user: string;
}

/** The seven modes of znodes. */
export type CreateMode =
  | 'persistent'
  | 'persistentSequential'
  | 'ephemeral'
  | 'ephemeralSequential'
  | 'container'
  | 'persistentWithTtl'
  | 'persistentSequentialWithTtl';

/** A server's version as one number that compares: 3.8.0 is 30800. */
export type Version = number;

/** The names of {@link Capability}. */
export const CAPABILITIES = [
  ...([
    'create2',
    'container',
    'ttl',
    'multiRead',
    'setWatches',
    'addWatch',
    'removeWatches',
    'checkWatches',
    'reconfig',
    'whoAmI',
    'getEphemerals',
    'getAllChildrenNumber',
  ] as const),
] as const;

/**
 * Abilities that only some servers have: nodes that are created with their Stat as the reply (`create2`), as a
 * `container`, with a `ttl`; reads of one moment (`multiRead`); watches that are set again after a reconnect
 * (`setWatches`), that stay (`addWatch`), that can be removed or asked for; the rest are operations by ZooKeeper's
 * names.
 */
export type Capability = (typeof CAPABILITIES)[number];
