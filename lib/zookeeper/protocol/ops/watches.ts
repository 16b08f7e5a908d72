import { oneOf } from '../../../core/check.js';
import { checkPath, inChroot } from '../../path.js';
import type { Op } from '../op.js';

/** How far a watch that stays reaches: one node and its list of children, or every node below as well. */
export type WatchMode = 'persistent' | 'persistentRecursive';
/** Which of a path's watches. The last two exist since 3.9. */
export type WatcherType = 'children' | 'data' | 'any' | 'persistent' | 'persistentRecursive';

export interface AddWatchRequest {
  readonly path: string;
  readonly mode: WatchMode;
}

export interface WatcherRequest {
  readonly path: string;
  readonly type: WatcherType;
}

const MODES: Readonly<Record<WatchMode, number>> = { persistent: 0, persistentRecursive: 1 };
const WATCHERS: Readonly<Record<WatcherType, number>> = {
  children: 1,
  data: 2,
  any: 3,
  persistent: 4,
  persistentRecursive: 5,
};

export const addWatch: Op<AddWatchRequest, void> = {
  name: 'addWatch',
  opcode: 106,
  since: 30600,
  readOnly: true, // it changes no node
  check({ path, mode }) {
    checkPath(path);
    oneOf('mode', mode, Object.keys(MODES));
  },
  encode: (out, { path, mode }) => void out.string(path).int(MODES[mode]),
  decode: () => undefined,
  path: ({ path }) => path,
  root: (request, root) => ({ ...request, path: inChroot(root, request.path) }),
};

const watcherOp = {
  readOnly: true, // it changes no node
  check({ path, type }) {
    checkPath(path);
    oneOf('type', type, Object.keys(WATCHERS));
  },
  encode: (out, { path, type }) => void out.string(path).int(WATCHERS[type]),
  decode: () => undefined,
  path: ({ path }) => path,
  root: (request, root) => ({ ...request, path: inChroot(root, request.path) }),
} satisfies Partial<Op<WatcherRequest, void>>;

export const checkWatches: Op<WatcherRequest, void> = { ...watcherOp, name: 'checkWatches', opcode: 17, since: 30500 };
export const removeWatches: Op<WatcherRequest, void> = {
  ...watcherOp,
  name: 'removeWatches',
  opcode: 18,
  since: 30500,
};
