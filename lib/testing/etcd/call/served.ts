import type { Draft } from '../../../etcd/v3/protocol/message.js';
import type { Method } from '../../../etcd/v3/protocol/methods.js';
import type { Metadata } from '../../../etcd/v3/carrier.js';
import type { EtcdMember } from '../cluster/etcdMember.js';
import type { EtcdCore } from '../etcdCore.js';
import type { EtcdRefusal } from '../etcdRefusal.js';
import type { EtcdServerOptions } from '../etcdServerOptions.js';

/** The way of answers to a client. After `ended`, nothing more is sent. */
export interface Answers<R = never> {
  message(message: Draft<R>): void;
  /** With a refusal, or in good order. */
  ended(refusal?: EtcdRefusal): void;
  /** Cuts the connection of the call. */
  cut(): void;
}

/** One call of a client, on the side of the server. */
export interface ServedCall<Q = never> {
  message(message: Q): void;
  /** The client has no more messages. */
  finished(): void;
  /** The client has given the call up, or its connection has ended. */
  left(): void;
}

/** What a call is served with. */
export interface Ground {
  readonly core: EtcdCore;
  readonly member: EtcdMember;
  readonly metadata: Metadata;
  /** The faults of the client's requests. */
  readonly faults: EtcdServerOptions['faults'];
  /** The user who calls, by the token; `undefined` without one. Throws a refusal of a token that is not good. */
  readonly user: string | undefined;
}

/** The way of an answer that comes later: one or the other. */
export interface Reply<R> {
  answer(message: Draft<R>): void;
  refuse(refusal: EtcdRefusal): void;
}
/** Waits for an answer. Returns a function that ends the wait when the client has left. */
export type Later<R> = (reply: Reply<R>) => () => void;

/** A call of one request and one answer. */
export interface Unary {
  readonly method: Method<never, never>;
  /** Whether it needs a leader with a majority. */
  needsQuorum(request: never): boolean;
  run(ground: Ground, request: never): object | Later<object>;
}

/** A call of many requests, or many answers. */
export interface Streaming {
  readonly method: Method<never, never>;
  open(ground: Ground, answers: Answers): ServedCall;
}

export function unary<Q, R>(
  method: Method<Q, R>,
  needsQuorum: boolean | ((request: Q) => boolean),
  run: (ground: Ground, request: Q) => Draft<R> | Later<R>
): Unary {
  const needs = typeof needsQuorum === 'boolean' ? () => needsQuorum : needsQuorum;
  return { method, needsQuorum: needs, run } as unknown as Unary;
}

export function streaming<Q, R>(
  method: Method<Q, R>,
  open: (ground: Ground, answers: Answers<R>) => ServedCall<Q>
): Streaming {
  return { method, open } as unknown as Streaming;
}
