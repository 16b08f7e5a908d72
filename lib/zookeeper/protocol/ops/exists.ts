import { checkPath, inChroot } from '../../path.js';
import type { Stat } from '../../types.js';
import { NO_NODE } from '../errorCode.js';
import type { Op } from '../op.js';
import { readStat } from '../stat.js';

/** Emits the Stat, or `null` where there is no node. */
export const exists: Op<string, Stat | null> = {
  name: 'exists',
  opcode: 3,
  readOnly: true,
  check: (path) => checkPath(path),
  encode: (out, path) => void out.string(path).bool(false),
  decode: readStat,
  refused: (code) => (code === NO_NODE ? null : undefined),
  path: (path) => path,
  root: (path, root) => inChroot(root, path),
};

/** The same, and leaves a one-shot watch on the node's data, or on its creation. */
export const existsWatched: Op<string, Stat | null> = {
  ...exists,
  encode: (out, path) => void out.string(path).bool(true),
};
