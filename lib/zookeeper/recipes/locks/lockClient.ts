import type { ZooKeeper } from '../../client/zooKeeper.js';
import type { Acl } from '../../types.js';

/** The part of a client that recipes about holding something need. */
export type LockClient = Pick<
  ZooKeeper,
  | 'create'
  | 'delete'
  | 'exists'
  | 'getChildren'
  | 'watch'
  | 'watchChildren'
  | 'transaction'
  | 'state'
  | 'state$'
  | 'scheduler'
  | 'root'
>;

/** The options of every recipe that waits. */
export interface ContendOptions {
  /** The data of our node, such as our name. Default: nothing. */
  readonly data?: Uint8Array | null;
  /** The access control list of our node. Default: anyone may do anything. */
  readonly acl?: readonly Acl[];
  /**
   * The access control list of the nodes above it, where they have to be made. Default: anyone may do anything, for
   * others need them too.
   */
  readonly parentsAcl?: readonly Acl[];
}
