import { Code, refuse } from '../refusal.js';
import type { Client, ServerState } from '../serverState.js';
import type { TreeChanges } from '../store/treeChanges.js';
import { type StatNow, statNow } from '../store/nodeStat.js';
import { parentPath } from '../store/dataTree.js';
import type { Znode } from '../store/znode.js';
import type { JuteReader } from '../../../zookeeper/protocol/juteReader.js';
import { Permission } from '../../../zookeeper/types.js';
import { aclOf, checkPath, pathOf } from './argument.js';

/** The result of a write, for its reply. */
export interface Outcome {
  readonly path?: string;
  readonly stat?: StatNow;
}

/** A write, read from its request; it is performed in a transaction, alone or as one of many. */
export type Write = (change: TreeChanges, state: ServerState, client: Client) => Outcome;

/** Reads a write of a kind. */
export type WriteReader = (input: JuteReader) => Write;

/** A part of a multi: its operation and the form of its answer. */
export interface Member<T = Write> {
  readonly opcode: number;
  readonly request: T;
}

const DONE: Outcome = {};

/** The writes that may stand in a multi, and alone. */
export const deleteNode: WriteReader = (input) => {
  const [path, version] = [pathOf(input), input.int()];
  return (change, state, client) => {
    const { tree } = state;
    if (!path.includes('/') || path.includes('\0') || tree.isSpecial(path)) refuse(Code.badArguments);
    const parent = tree.get(parentPath(path)) ?? refuse(Code.noNode);
    client.credentials.check(parent.acl, Permission.DELETE);
    const node = tree.get(path) ?? refuse(Code.noNode);
    checkVersion(node.version, version);
    if (node.numChildren > 0) refuse(Code.notEmpty);
    change.delete(path, node, parent);
    return DONE;
  };
};

/**
 * For the reaper only: in a client's request, a real server takes the header for a part of the path, which then is
 * none.
 */
export const deleteContainer: WriteReader = () => () => refuse(Code.badArguments);

export const setData: WriteReader = (input) => {
  const [path, data, version] = [pathOf(input), input.buffer(), input.int()];
  return (change, state, client) => {
    const node = existing(state, path);
    client.credentials.check(node.acl, Permission.WRITE);
    state.quotas.check(path, (data?.length ?? 0) - node.size, 0);
    checkVersion(node.version, version);
    return { stat: change.setData(path, node, data) };
  };
};

export const setAcl: WriteReader = (input) => {
  const [path, acl, version] = [pathOf(input), aclOf(input), input.int()];
  return (change, state, client) => {
    checkPath(path);
    const resolved = client.credentials.resolved(acl);
    const node = existing(state, path);
    client.credentials.check(node.acl, Permission.ADMIN);
    checkVersion(node.aversion, version);
    change.setAcl(node, resolved);
    return { stat: statNow(node) };
  };
};

export const check: WriteReader = (input) => {
  const [path, version] = [pathOf(input), input.int()];
  return (_change, state, client) => {
    const node = existing(state, path);
    client.credentials.check(node.acl, Permission.READ);
    checkVersion(node.version, version);
    return DONE;
  };
};

function existing(state: ServerState, path: string): Znode {
  checkPath(path);
  return state.tree.get(path) ?? refuse(Code.noNode);
}

function checkVersion(current: number, expected: number): void {
  if (expected !== -1 && expected !== current) refuse(Code.badVersion);
}
