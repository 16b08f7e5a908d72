import type { Op } from '../../../arakoon/protocol/op.js';
import type { Step } from '../../../arakoon/protocol/step.js';
import type { RecordCodec } from '../../../arakoon/protocol/recordCodec.js';
import type { ArakoonHostNode } from '../arakoonHost.js';
import type { KeyChanges } from '../store/keyChanges.js';

/** A request's turn to be served, on its connection: the next one waits for its end. */
export interface RequestContext {
  readonly node: ArakoonHostNode;
  /** How many bytes the request has, with its command word. */
  readonly size: number;
  /** Answers that it went well, with a value: a part of the reply, where there are several. */
  answer<T>(wire: RecordCodec<T>, value: T): void;
  /** Sends bytes as they are. */
  send(bytes: Uint8Array): void;
  /** Does something later, whether the client is still there or not. */
  later(milliseconds: number, task: () => void): void;
  /** Sends all later bytes of the client to this listener. */
  takeOver(listener: (chunk: Uint8Array) => void): void;
  /** Closes the connection. */
  end(): void;
  /** The end of it, for a handler that is {@link ANSWERING} by itself. */
  done(): void;
}

/** The result of a handler that answers through its {@link RequestContext}. */
export const ANSWERING = Symbol('answering');

/** An update, which the nodes must agree upon. */
export class Proposal<T> {
  readonly step: Step;
  readonly apply: (change: KeyChanges) => T;

  /** @param step the step, or the one that comes closest: for statistics */
  constructor(step: Step, apply: (change: KeyChanges) => T) {
    this.step = step;
    this.apply = apply;
  }
}

/** Serves a request: returns a value, or a proposal that gives one. Throws a `Failure`. */
export type Handler<Request, Reply> = (
  request: Request,
  turn: RequestContext
) => Reply | Proposal<Reply> | typeof ANSWERING;

/** A command that is served. */
export interface Command {
  readonly op: Op<unknown, unknown>;
  readonly handle: Handler<unknown, unknown>;
}

/** Joins a command and its handler. */
export function on<Request, Reply>(op: Op<Request, Reply>, handle: Handler<Request, Reply>): Command {
  return { op, handle } as unknown as Command;
}
