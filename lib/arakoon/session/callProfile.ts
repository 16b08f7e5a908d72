/**
 * What connections of a node are for: reads and writes of the master, reads that any node may answer, reads of this
 * very node, questions about who is master, or one request alone.
 */
export type LaneKind = 'read' | 'write' | 'roam' | 'named' | 'guard' | 'own';

/** What is known of a kind of request before anybody makes one. */
export interface CallProfile<R = never, T = unknown> {
  /** What the caller gets of a reply; what it throws is the caller's error. */
  readonly decode?: (reply: R) => T;
  /** Who is asked of what any node may answer, when the caller does not say: the master, or one that must be named. */
  readonly asks?: 'master' | 'named';
  /** The timeout of those that take long. */
  readonly timeout?: number;
  readonly lane?: LaneKind;
  /** Of a question about the master: which of the addresses of its node is asked. */
  readonly address?: number;
  /** Whether the first failure is the last. */
  readonly once?: boolean;
}
