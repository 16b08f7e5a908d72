import { bytes, integer } from '../../../core/check.js';
import { checkPath, inChroot } from '../../path.js';
import type { Stat } from '../../types.js';
import type { Op } from '../op.js';
import { readStat } from '../stat.js';

export interface SetDataRequest {
  readonly path: string;
  readonly data: Uint8Array | null;
  /** Version that the node must have; -1 for any. */
  readonly version: number;
}

export const setData: Op<SetDataRequest, Stat> = {
  name: 'set',
  opcode: 5,
  readOnly: false,
  check({ path, data, version }) {
    checkPath(path);
    if (data !== null) bytes('data', data);
    checkVersion(version);
  },
  encode: (out, { path, data, version }) => void out.string(path).buffer(data).int(version),
  decode: readStat,
  path: ({ path }) => path,
  root: (request, root) => ({ ...request, path: inChroot(root, request.path) }),
};

/**
 * A version to compare with: -1, which stands for any, or the version of a Stat. After 2^31 changes that is below 0.
 */
export function checkVersion(version: number): void {
  integer('version', version, -0x80000000, 0x7fffffff);
}
