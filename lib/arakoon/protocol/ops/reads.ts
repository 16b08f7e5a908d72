import { type Consistency, consistency } from '../consistency.js';
import type { Op } from '../op.js';
import {
  bool,
  bytes,
  int,
  list,
  long,
  option,
  pair,
  record,
  reversed,
  text,
  unit,
  type RecordCodec,
} from '../recordCodec.js';

/** A read of one key. */
export interface KeyRequest {
  readonly consistency: Consistency;
  readonly key: Uint8Array;
}

/** A read of several keys. */
export interface KeysRequest {
  readonly consistency: Consistency;
  readonly keys: readonly Uint8Array[];
}

/** All keys that begin with something. */
export interface PrefixRequest {
  readonly consistency: Consistency;
  readonly prefix: Uint8Array;
  /** At most so many, of the first; below 0: all. */
  readonly max: number;
}

/**
 * Keys from one bound to the other; `null` is where there is none. For a range that goes down, `begin` is the high one.
 */
export interface RangeRequest {
  readonly consistency: Consistency;
  readonly begin: Uint8Array | null;
  readonly beginInclusive: boolean;
  readonly end: Uint8Array | null;
  readonly endInclusive: boolean;
  readonly max: number;
}

/** A condition on a key. */
export interface AssertRequest {
  readonly consistency: Consistency;
  readonly key: Uint8Array;
  /** The expected value; `null`: the key must not be there. */
  readonly value: Uint8Array | null;
}

/** A key and its value. */
export type Entry = readonly [key: Uint8Array, value: Uint8Array];

/** The version of a server, and how it was made. */
export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly info: string;
}

const keyRequest: RecordCodec<KeyRequest> = record<KeyRequest>({ consistency, key: bytes });
const keysRequest: RecordCodec<KeysRequest> = record<KeysRequest>({ consistency, keys: list(bytes) });
const rangeRequest: RecordCodec<RangeRequest> = record<RangeRequest>({
  consistency,
  begin: option(bytes),
  beginInclusive: bool,
  end: option(bytes),
  endInclusive: bool,
  max: int,
});
/** A key and its value, as lists have them. */
export const entry: RecordCodec<Entry> = pair(bytes, bytes);

/** The common part of the commands that any node may answer, if its freshness suffices. */
const reader = {
  where: 'reader',
  kind: 'read',
  consistency: (request: { readonly consistency: Consistency }) => request.consistency,
} as const;
const keyed = { ...reader, key: (request: { readonly key: Uint8Array }) => request.key };
/** The common part of the commands that any node answers about itself. */
const own = { where: 'any', kind: 'read', request: unit } as const;

export const exists: Op<KeyRequest, boolean> = {
  ...keyed,
  name: 'exists',
  tag: 0x07,
  request: keyRequest,
  reply: bool,
};
export const get: Op<KeyRequest, Uint8Array> = { ...keyed, name: 'get', tag: 0x08, request: keyRequest, reply: bytes };
export const assert: Op<AssertRequest, void> = {
  ...keyed,
  name: 'assert',
  tag: 0x16,
  request: record<AssertRequest>({ consistency, key: bytes, value: option(bytes) }),
  reply: unit,
};
export const assertExists: Op<KeyRequest, void> = {
  ...keyed,
  name: 'assertExists',
  tag: 0x29,
  request: keyRequest,
  reply: unit,
};
/** Values come in the reverse order of the keys. */
export const multiGet: Op<KeysRequest, readonly Uint8Array[]> = {
  ...reader,
  name: 'multiGet',
  tag: 0x11,
  request: keysRequest,
  reply: reversed(bytes),
};
/** Values come in the order of the keys. */
export const multiGetOption: Op<KeysRequest, readonly (Uint8Array | null)[]> = {
  ...reader,
  name: 'multiGetOption',
  tag: 0x31,
  request: keysRequest,
  reply: list(option(bytes)),
};
export const prefix: Op<PrefixRequest, readonly Uint8Array[]> = {
  ...reader,
  name: 'prefix',
  tag: 0x0c,
  request: record<PrefixRequest>({ consistency, prefix: bytes, max: int }),
  reply: reversed(bytes),
};
/** Keys come from the last to the first, and are turned round. */
export const range: Op<RangeRequest, readonly Uint8Array[]> = {
  ...reader,
  name: 'range',
  tag: 0x0b,
  request: rangeRequest,
  reply: reversed(bytes),
};
export const rangeEntries: Op<RangeRequest, readonly Entry[]> = {
  ...reader,
  name: 'rangeEntries',
  tag: 0x0f,
  request: rangeRequest,
  reply: reversed(entry),
};
/** The same downwards: entries come from the first to the last, and are turned round too. */
export const revRangeEntries: Op<RangeRequest, readonly Entry[]> = {
  ...reader,
  name: 'revRangeEntries',
  tag: 0x23,
  request: rangeRequest,
  reply: reversed(entry),
};

export const hello: Op<{ readonly client: string; readonly cluster: string }, string> = {
  name: 'hello',
  tag: 0x01,
  where: 'any',
  kind: 'read',
  request: record<{ client: string; cluster: string }>({ client: text, cluster: text }),
  reply: text,
};
/** The node that this one takes for the master; `null` when it knows of none. It may have died. */
export const whoMaster: Op<void, string | null> = { ...own, name: 'whoMaster', tag: 0x02, reply: option(text) };
export const expectProgressPossible: Op<void, boolean> = {
  ...own,
  name: 'expectProgressPossible',
  tag: 0x12,
  where: 'master',
  reply: bool,
};
export const version: Op<void, ServerVersion> = {
  ...own,
  name: 'version',
  tag: 0x28,
  reply: record<ServerVersion>({ major: int, minor: int, patch: int, info: text }),
};
export const getCurrentState: Op<void, string> = { ...own, name: 'getCurrentState', tag: 0x32, reply: text };
/** Counts the keys of users; there is no dirty form of it. */
export const getKeyCount: Op<void, bigint> = { ...own, name: 'getKeyCount', tag: 0x1a, where: 'master', reply: long };
/** The newest transaction of this node: the measure of `atLeast`. */
export const getTxid: Op<void, Consistency> = { ...own, name: 'getTxid', tag: 0x43, reply: consistency };
