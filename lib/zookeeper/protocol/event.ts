import type { JuteReader } from './juteReader.js';

/**
 * The change of a node. `resync` is made by this client: changes at or below the path may have been missed (a recursive
 * watch does not catch up after a lost link), so look again.
 */
export type NodeEventType = 'created' | 'deleted' | 'dataChanged' | 'childrenChanged' | 'resync';

/** A watch that fired: it says *that* something changed, without the new value. */
export interface NodeEvent {
  readonly type: NodeEventType;
  readonly path: string;
  /**
   * The transaction that caused it. Servers tell since 3.9; `undefined` before, and for changes that a reconnect
   * reveals.
   */
  readonly zxid?: bigint;
}

const TYPES: Readonly<Record<number, NodeEventType>> = {
  1: 'created',
  2: 'deleted',
  3: 'dataChanged',
  4: 'childrenChanged',
};

/** Reads a notification; `undefined` for a kind that this version does not know, or one about no node. */
export function readEvent(input: JuteReader): NodeEvent | undefined {
  const { zxid } = input;
  input.int(); // xid
  input.long(); // zxid
  input.int(); // error
  const type = TYPES[input.int()];
  input.int(); // keeper state: always 3 from a server
  const path = input.string();
  if (type === undefined || path === '') return undefined;
  return zxid > 0n ? { type, path, zxid } : { type, path };
}
