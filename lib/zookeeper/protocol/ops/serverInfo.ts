import { checkPath, inChroot, isWithin, outOfChroot } from '../../path.js';
import type { ClientInfo } from '../../types.js';
import type { Op } from '../op.js';

/**
 * The ephemerals of this session at or below a path. Servers compare text, and so also list nodes whose path merely
 * begins like it.
 */
export const getEphemerals: Op<string, readonly string[]> = {
  name: 'getEphemerals',
  opcode: 103,
  since: 30600,
  readOnly: true,
  check: (prefix) => checkPath(prefix, 'prefix'),
  encode: (out, prefix) => void out.string(prefix),
  decode(input, prefix, root = '') {
    const top = inChroot(root, prefix);
    return input.strings().filter((path) => isWithin(path, top));
  },
  path: (prefix) => prefix,
  root: (prefix, root) => inChroot(root, prefix),
  unroot: (paths, root) => paths.map((path) => outOfChroot(root, path)),
};

/** How many nodes there are below a path, at any depth. */
export const getAllChildrenNumber: Op<string, number> = {
  name: 'getAllChildrenNumber',
  opcode: 104,
  since: 30600,
  readOnly: true,
  check: (path) => checkPath(path),
  encode: (out, path) => void out.string(path),
  decode: (input) => input.int(),
  path: (path) => path,
  root: (path, root) => inChroot(root, path),
};

/** The identities that the server holds for this connection. */
export const whoAmI: Op<void, readonly ClientInfo[]> = {
  name: 'whoAmI',
  opcode: 107,
  since: 30700,
  readOnly: true,
  encode: () => undefined,
  decode: (input) => Array.from({ length: input.count(8) }, () => ({ scheme: input.string(), user: input.string() })),
};
