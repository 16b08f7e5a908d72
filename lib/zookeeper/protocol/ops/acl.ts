import { checkPath, inChroot } from '../../path.js';
import type { Acl, Stat } from '../../types.js';
import { checkAcl, readAcl, writeAcl } from '../aclCodec.js';
import type { Op } from '../op.js';
import { readStat } from '../stat.js';
import { checkVersion } from './setData.js';

/** The access control list of a node. */
export interface NodeAcl {
  readonly acl: readonly Acl[];
  readonly stat: Stat;
}

export interface SetAclRequest {
  readonly path: string;
  readonly acl: readonly Acl[];
  /** `aversion` that the node must have; -1 for any. */
  readonly version: number;
}

export const getAcl: Op<string, NodeAcl> = {
  name: 'getAcl',
  opcode: 6,
  readOnly: true,
  check: (path) => checkPath(path),
  encode: (out, path) => void out.string(path),
  decode: (input) => ({ acl: readAcl(input), stat: readStat(input) }),
  path: (path) => path,
  root: (path, root) => inChroot(root, path),
};

export const setAcl: Op<SetAclRequest, Stat> = {
  name: 'setAcl',
  opcode: 7,
  readOnly: false,
  check({ path, acl, version }) {
    checkPath(path);
    checkAcl(acl);
    checkVersion(version);
  },
  encode(out, { path, acl, version }) {
    out.string(path);
    writeAcl(out, acl);
    out.int(version);
  },
  decode: readStat,
  path: ({ path }) => path,
  root: (request, root) => ({ ...request, path: inChroot(root, request.path) }),
};
