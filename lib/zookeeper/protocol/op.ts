import type { Version } from '../types.js';
import type { JuteReader } from './juteReader.js';
import type { JuteWriter } from './juteWriter.js';

/**
 * One ZooKeeper operation, as data: how it is called, checked, written and read.
 *
 * To add an operation, add one of these, and a method of the client. If it has options of its own, list them in
 * `client/badOptions.ts`. The session and the filters need no change.
 */
export interface Op<Request, Reply> {
  /** As the client's method is called; errors carry it. */
  readonly name: string;
  readonly opcode: number;
  /** Whether it changes nothing on the server, so that sending it again does no harm. */
  readonly readOnly: boolean;
  /** The chroot of the client; `undefined` for the root. */
  readonly below?: string;
  /** First server version that knows the opcode; it is never sent to an older one. */
  readonly since?: Version;
  /** The operation to send instead to a server older than {@link since}. */
  readonly fallback?: Op<Request, Reply>;
  /** Whether it may travel inside a multiRead, beside its neighbours in the queue. */
  readonly coalesces?: boolean;
  /** Throws a `UsageError` for a request that must not be sent. */
  check?(request: Request): void;
  encode(out: JuteWriter, request: Request): void;
  /**
   * Reads the body of a good reply. Throws a `ProtocolError` for a malformed one.
   *
   * @param root the chroot of the client; the reply still has the server's paths, the request those of the client
   */
  decode(input: JuteReader, request: Request, root?: string): Reply;
  /** Turns an error code that *is* an answer (NO_NODE of `exists`) into a reply; else `undefined`. */
  refused?(code: number, input: JuteReader, request: Request): Reply | undefined;
  /** The same request for a server of this kind, where it depends on that. Throws if there is no such request. */
  adapt?(request: Request, server: Version | Capabilities): Request;
  /** Whether the server completes the name of a new node with a number. */
  numbered?(request: Request): boolean;
  /** The path to name in an error. */
  path?(request: Request): string | undefined;
  /** The same request for a client that lives below `root`; without it, nothing has to change. */
  root?(request: Request, root: string): Request;
  /** The same reply for a client that lives below `root`; without it, nothing has to change. */
  unroot?(reply: Reply, root: string): Reply;
}

/** The operations that a server understands. */
export interface Capabilities {
  /** 0 where it does not tell. */
  readonly version: Version;
  has(op: Pick<AnyOp, 'opcode' | 'since'>): boolean;
}

/** An operation whose types are of no interest here. */
export type AnyOp = Op<unknown, unknown>;
