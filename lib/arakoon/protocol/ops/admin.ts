import { type Consistency, consistency } from '../consistency.js';
import type { Op } from '../op.js';
import { type NamedField, namedField } from '../statistics.js';
import { blob, int, long, record, text, unit } from '../recordCodec.js';

const node = { where: 'any', kind: 'idempotent', request: unit, reply: unit } as const;

export const statistics: Op<void, NamedField> = {
  where: 'any',
  kind: 'read',
  name: 'statistics',
  tag: 0x13,
  request: unit,
  reply: blob(namedField),
};
export const optimizeDb: Op<void, void> = { ...node, name: 'optimizeDb', tag: 0x25 };
export const defragDb: Op<void, void> = { ...node, name: 'defragDb', tag: 0x26 };
export const dropMaster: Op<void, void> = { ...node, name: 'dropMaster', tag: 0x30 };
export const flushStore: Op<void, void> = { ...node, name: 'flushStore', tag: 0x42 };
export const copyDbToHead: Op<number, void> = { ...node, name: 'copyDbToHead', tag: 0x44, request: int };
/** Answers with a number of further answers, one for each log: {@link collapsed}, or why it went no further. */
export const collapseTlogs: Op<number, number> = {
  ...node,
  name: 'collapseTlogs',
  tag: 0x14,
  request: int,
  reply: int,
};
/** How long it has taken so far, in units of 2^-22 seconds: the difference of two doubles, bit by bit. */
export const collapsed = long;
/** Answers with the length of a file, which follows. The master has none to give. */
export const getDb: Op<void, bigint> = {
  where: 'any',
  kind: 'read',
  name: 'getDb',
  tag: 0x1b,
  request: unit,
  reply: long,
};

/** A part of a server that its administrator has plugged in. */
export interface UserHookRequest {
  readonly consistency: Consistency;
  readonly name: string;
}

/** Begins a conversation that has no form of its own: by custom, hooks answer like commands. */
export const userHook: Op<UserHookRequest, void> = {
  where: 'reader',
  kind: 'write',
  name: 'userHook',
  tag: 0x45,
  request: record<UserHookRequest>({ consistency, name: text }),
  reply: unit,
  consistency: (request) => request.consistency,
};
