import { checkPath, inChroot } from '../../path.js';
import type { Op } from '../op.js';
import { checkVersion } from './setData.js';

export interface VersionedPath {
  readonly path: string;
  /** Version that the node must have; -1 for any. */
  readonly version: number;
}

export const deleteNode: Op<VersionedPath, void> = {
  name: 'delete',
  opcode: 2,
  readOnly: false,
  check({ path, version }) {
    checkPath(path);
    checkVersion(version);
  },
  encode: (out, { path, version }) => void out.string(path).int(version),
  decode: () => undefined,
  path: ({ path }) => path,
  root: (request, root) => ({ ...request, path: inChroot(root, request.path) }),
};

/** Only ever part of a transaction: alone, some servers never answer it. */
export const check: Op<VersionedPath, void> = { ...deleteNode, name: 'check', opcode: 13 };
