import { checkPath, inChroot } from '../../path.js';
import type { Stat } from '../../types.js';
import { NO_AUTH, NO_NODE } from '../errorCode.js';
import type { Op } from '../op.js';
import { readStat } from '../stat.js';

/** The children of a node, by name and in no order, with the node's own metadata. */
export interface Children {
  readonly names: readonly string[];
  readonly stat: Stat;
}

/** The result of a read of the children, refusals included. `zxid` is the state of the store that it shows. */
export type ChildrenReading =
  | { readonly kind: 'present'; readonly names: readonly string[]; readonly stat: Stat; readonly zxid: bigint }
  | { readonly kind: 'absent' | 'denied'; readonly zxid: bigint };

const common = {
  name: 'getChildren',
  readOnly: true,
  check: (path) => checkPath(path),
  encode: (out, path) => void out.string(path).bool(false),
  path: (path) => path,
  root: (path, root) => inChroot(root, path),
} satisfies Partial<Op<string, unknown>>;

/** Names alone: the form that may travel in a multiRead. */
export const getChildren: Op<string, readonly string[]> = {
  ...common,
  opcode: 8,
  coalesces: true,
  decode: (input) => input.strings(),
};

export const getChildrenWithStat: Op<string, Children> = {
  ...common,
  opcode: 12,
  decode: (input) => ({ names: input.strings(), stat: readStat(input) }),
};

/** For watches: no node, and no permission, are answers and not errors. */
export const readChildren: Op<string, ChildrenReading> = {
  ...common,
  opcode: 12,
  decode: (input) => {
    const { zxid } = input;
    return { kind: 'present', names: input.strings(), stat: readStat(input), zxid };
  },
  refused: (code, { zxid }) =>
    code === NO_NODE ? { kind: 'absent', zxid } : code === NO_AUTH ? { kind: 'denied', zxid } : undefined,
};

/** Leaves a one-shot watch on the children, and ignores their names. */
export const watchChildrenOnce: Op<string, void> = {
  ...common,
  opcode: 8,
  encode: (out, path) => void out.string(path).bool(true),
  decode: () => undefined,
  refused: () => undefined,
};
