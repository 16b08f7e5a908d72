import type { Codec } from '../../core/codecs.js';
import type { CoordinationError } from '../../core/errors.js';
import type { NodeEvent } from '../protocol/event.js';
import type { Op } from '../protocol/op.js';
import type { Wants } from '../session/watchedPath.js';

/** The result of a cell's read; `zxid` is the state of the store that it shows. */
export interface Reading {
  readonly kind: 'present' | 'absent' | 'denied';
  readonly zxid: bigint;
}

/** A reply that is too large to take. `zxid` is that of the reading before; 0 where there was none. */
export interface TooLarge {
  readonly kind: 'unreadable';
  readonly error: CoordinationError;
  readonly zxid: bigint;
}

/** The form in which a subscriber wants to see a value. */
export interface View {
  /** Of the node, as the subscriber knows it. */
  readonly path: string;
  readonly codec: Pick<Codec<unknown>, 'decode'> | undefined;
}

/** The differences between kinds of cells. */
export interface CellKind<R extends Reading, V = unknown> {
  /** The method that shows such values, for errors. */
  readonly operation: string;
  readonly op: Op<string, R>;
  readonly wants: Wants;
  /** Whether an event means that the value may have changed. */
  concerns(event: NodeEvent): boolean;
  /** Whether two readings of one kind show the same state of the node. */
  same(a: R, b: R): boolean;
  /** Whether the node may have changed while the link was gone, and the server does not tell. */
  missable?(reading: R): boolean;
  /**
   * The value that a subscriber sees. Does not throw.
   *
   * @param cause why the reading may be outdated; `undefined` while it is known to be the truth
   */
  shown(reading: R | TooLarge, cause: CoordinationError | undefined, view: View): V;
}
