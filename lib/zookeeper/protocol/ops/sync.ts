import { checkPath, inChroot, outOfChroot } from '../../path.js';
import type { Op } from '../op.js';

export const sync: Op<string, string> = {
  name: 'sync',
  opcode: 9,
  readOnly: true, // it changes no node
  check: (path) => checkPath(path),
  encode: (out, path) => void out.string(path),
  decode: (input) => input.string(),
  path: (path) => path,
  root: (path, root) => inChroot(root, path),
  unroot: (path, root) => outOfChroot(root, path),
};
