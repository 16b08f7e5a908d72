import { pathOf } from './argument.js';
import { WITHHOLDS_EVENTS, hasFix } from './versionFixes.js';
import { Permission } from '../../../zookeeper/types.js';
import { Code, refuse } from '../refusal.js';
import type { Body, Client, Handler, ServerState } from '../serverState.js';
import { writeStat } from '../store/nodeStat.js';
import type { Znode } from '../store/znode.js';

export const exists: Handler = (input, state, client) => {
  const [path, watch] = [pathOf(input), input.bool()];
  if (path.includes('\0')) refuse(Code.badArguments);
  const found = state.tree.get(path);
  if (found !== undefined && hasFix(state.settings.version, WITHHOLDS_EVENTS))
    client.credentials.check(found.acl, Permission.READ);
  if (watch) state.watches.onData(path, client);
  const node = found ?? refuse(Code.noNode);
  return (out) => writeStat(out, node);
};

export const getData: Handler = (input, state, client) => {
  const [path, watch] = [pathOf(input), input.bool()];
  const body = readData(path, state, client);
  if (watch) state.watches.onData(path, client);
  return body;
};

export const getChildren: Handler = (input, state, client) => {
  const [path, watch] = [pathOf(input), input.bool()];
  const body = readChildren(path, state, client);
  if (watch) state.watches.onChildren(path, client);
  return body;
};

export const getChildren2: Handler = (input, state, client) => {
  const [path, watch] = [pathOf(input), input.bool()];
  const node = readable(path, state, client);
  const children = readChildren(path, state, client);
  if (watch) state.watches.onChildren(path, client);
  return (out) => {
    children(out);
    writeStat(out, node);
  };
};

export const getAcl: Handler = (input, state, client) => {
  const path = pathOf(input);
  const node = state.tree.get(path) ?? refuse(Code.noNode);
  const { version } = state.settings;
  if (version >= 30405) client.credentials.check(node.acl, Permission.READ | Permission.ADMIN);
  const open = version < 30405 || client.credentials.allow(node.acl, Permission.ADMIN);
  return (out) => {
    out.int(node.acl.length);
    for (const { permissions, scheme, id } of node.acl)
      out
        .int(permissions)
        .string(scheme)
        .string(open || scheme !== 'digest' ? id : id.replace(/:.*/, ':x'));
    writeStat(out, node);
  };
};

export const getAllChildrenNumber: Handler = (input, state, client) => {
  const path = pathOf(input);
  readable(path, state, client);
  return (out) => out.int(path === '' ? state.tree.countBelow('/') + 1 : state.tree.countBelow(path));
};

/** Data and Stat. The node as it is when the reply is written: at once. */
export function readData(path: string, state: ServerState, client: Client): Body {
  const node = readable(path, state, client);
  return (out) => writeStat(out.buffer(node.data), node);
}

export function readChildren(path: string, state: ServerState, client: Client): Body {
  const node = readable(path, state, client);
  return (out) => {
    out.int(node.numChildren);
    if (node.children !== undefined) for (const name of node.children) out.string(name);
  };
}

function readable(path: string, state: ServerState, client: Client): Znode {
  const node = state.tree.get(path) ?? refuse(Code.noNode);
  client.credentials.check(node.acl, Permission.READ);
  return node;
}
