/**
 * The purposes of a node's connections: reads and writes of the master, reads that any node may answer, reads of this
 * very node, questions about the master, or one request alone.
 */
export type LaneKind = 'read' | 'write' | 'roam' | 'named' | 'guard' | 'own';

/** The properties of a kind of request. */
export interface CallProfile<R = never, T = unknown> {
  /** Makes the caller's value from a reply. An error that it throws is the caller's error. */
  readonly decode?: (reply: R) => T;
  /**
   * The node for requests that any node may answer, when the caller names none: the master, or one that must be named.
   */
  readonly asks?: 'master' | 'named';
  /** The timeout of those that take long. */
  readonly timeout?: number;
  readonly lane?: LaneKind;
  /** Of a question about the master: which of the addresses of its node is asked. */
  readonly address?: number;
  /** Whether the first failure is the last. */
  readonly once?: boolean;
}
