import type { Consistency } from './consistency.js';
import type { RecordCodec } from './recordCodec.js';

/**
 * One command of Arakoon, as data: how it is written and read, which node can answer it, and its possible effect when
 * the answer is lost. Adding a command is adding one of these; the client and the server of `quorum-rx/testing` are
 * made of them.
 */
export interface Op<Request, Reply> {
  /** As the client's method is called; errors carry it. */
  readonly name: string;
  /** The number in the command word. */
  readonly tag: number;
  readonly request: RecordCodec<Request>;
  readonly reply: RecordCodec<Reply>;
  /** `'reader'`: the master, or any node where the request's consistency allows it. */
  readonly where: 'master' | 'reader' | 'any';
  /**
   * `'read'` changes nothing; `'idempotent'` changes nothing more when it is done twice; `'write'` is to be done once,
   * so that it is never sent again when its answer was lost.
   */
  readonly kind: 'read' | 'idempotent' | 'write';
  /** How fresh an answer is wanted, of a `'reader'`. */
  consistency?(request: Request): Consistency;
  /** The key to name in an error. */
  key?(request: Request): Uint8Array | undefined;
}

/** A command whose types are of no interest here. */
export type AnyOp = Op<unknown, unknown>;

/** The upper bits of every command word. */
export const MASK = 0xb1ff0000;
