import type { Codec } from '../../core/codecs.js';
import type { AclPolicy } from '../acl.js';
import type { CallOptions } from '../session/exchange.js';

/** How fresh a read must be. */
export interface ReadOptions extends CallOptions {
  /**
   * - `'local'` (default): whatever the connected server has; never older than what this session has seen.
   * - `'sync'`: after the server has caught up with the leader. Costs a round trip to the leader.
   * - `'strict'`: after a committed transaction, so that it also holds while leaders change. Costs a round to a quorum.
   */
  readonly read?: 'local' | 'sync' | 'strict';
}

/** On which version of a node a change depends. */
export interface VersionOptions extends CallOptions {
  /** Version that the node must have; -1, the default, for any. After 2^31 changes a node's version is below 0. */
  readonly version?: number;
}

/** What the requests of a view have, unless they say otherwise. */
export interface ViewOptions<V = Uint8Array | null> extends CallOptions {
  /**
   * What values are made of: for `get`, `create`, `set`, `createOrSet`, `watch`, `watchTree` and transactions. Other
   * methods show bytes.
   */
  readonly codec?: Codec<V>;
  /**
   * Who may do what with nodes that are created, the nodes above included. A function is given the path as this view
   * names it, also when a `chroot` of the view creates. Default: anyone anything.
   */
  readonly acl?: AclPolicy;
}
