import { checkPath, inChroot } from '../../path.js';
import type { Stat } from '../../types.js';
import type { Op } from '../op.js';
import { readStat } from '../stat.js';

/** A node as it was read. */
export interface NodeData<T = Uint8Array | null> {
  /** The data; `null` if the node was created without any, which is not the same as empty. */
  readonly value: T;
  readonly stat: Stat;
}

export const getData: Op<string, NodeData> = {
  name: 'get',
  opcode: 4,
  readOnly: true,
  coalesces: true,
  check: (path) => checkPath(path),
  encode: (out, path) => void out.string(path).bool(false),
  decode: (input) => ({ value: input.passing(), stat: readStat(input) }),
  path: (path) => path,
  root: (path, root) => inChroot(root, path),
};
