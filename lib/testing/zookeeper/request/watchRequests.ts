import { Code, refuse } from '../refusal.js';
import { type Client, EMPTY_BODY, type Handler, type ServerState } from '../serverState.js';
import { EventType } from '../store/treeChanges.js';
import type { Znode } from '../store/znode.js';
import { pathOf, pathsOf } from './argument.js';
import { Op } from './opcode.js';

const UPPER_HALF = 4294967296;

/** Sets watches. One-shot watches that have missed a change fire at once. */
export const setWatches: Handler = (input, state, client, opcode) => {
  const zxid = input.int() * UPPER_HALF + (input.int() >>> 0);
  const [data, missing, children] = [pathsOf(input), pathsOf(input), pathsOf(input)];
  const [persistent, recursive] = opcode === Op.setWatches2 ? [pathsOf(input), pathsOf(input)] : [[], []];
  caughtUp(
    state,
    client,
    data,
    (node) => (node.mzxid > zxid ? EventType.dataChanged : undefined),
    EventType.deleted,
    (path) => state.watches.onData(path, client)
  );
  caughtUp(
    state,
    client,
    missing,
    () => EventType.created,
    undefined,
    (path) => state.watches.onData(path, client)
  );
  caughtUp(
    state,
    client,
    children,
    (node) => (node.pzxid > zxid ? EventType.childrenChanged : undefined),
    EventType.deleted,
    (path) => state.watches.onChildren(path, client)
  );
  for (const path of there(persistent)) state.watches.persistently(path, client, false);
  for (const path of there(recursive)) state.watches.persistently(path, client, true);
  return EMPTY_BODY;
};

export const addWatch: Handler = (input, state, client) => {
  const [path, mode] = [pathOf(input), input.int()];
  if (mode !== 0 && mode !== 1) refuse(Code.marshallingError);
  state.watches.persistently(path, client, mode === 1);
  return (out) => out.int(0);
};

export const removeWatches: Handler = (input, state, client) => {
  const [path, type] = [pathOf(input), input.int()];
  return state.watches.remove(path, type, client) ? EMPTY_BODY : refuse(Code.noWatcher);
};

export const checkWatches: Handler = (input, state, client) => {
  const [path, type] = [pathOf(input), input.int()];
  return state.watches.has(path, type, client) ? EMPTY_BODY : refuse(Code.noWatcher);
};

/** Reads a list when its turn comes, after the requests before it. */
function there(paths: readonly string[] | null): readonly string[] {
  return paths ?? refuse(Code.marshallingError);
}

function caughtUp(
  state: ServerState,
  client: Client,
  paths: readonly string[] | null,
  missed: (node: Znode) => number | undefined,
  whenGone: number | undefined,
  set: (path: string) => void
): void {
  for (const path of there(paths)) {
    const node = state.tree.get(path);
    const event = node === undefined ? whenGone : missed(node);
    if (event === undefined) set(path);
    else client.notify(event, path);
  }
}
