import { acl } from './verbs/acl.js';
import { command } from './verbs/command.js';
import { complete } from './verbs/complete.js';
import { completion } from './verbs/completion.js';
import { serve } from './verbs/serve.js';
import { status } from './verbs/status.js';
import type { Verb } from './command/verb.js';
import { cp } from './verbs/cp.js';
import { create } from './verbs/create.js';
import { dash } from './verbs/dash.js';
import { demo } from './verbs/demo.js';
import { diff } from './verbs/diff.js';
import { du } from './verbs/du.js';
import { elect } from './verbs/elect.js';
import { exportTree } from './verbs/exportTree.js';
import { find } from './verbs/find.js';
import { get } from './verbs/get.js';
import { hive } from './verbs/hive.js';
import { importTree } from './verbs/importTree.js';
import { lock } from './verbs/lock.js';
import { ls } from './verbs/ls.js';
import { proxy } from './verbs/proxy.js';
import { repl } from './verbs/repl.js';
import { rm } from './verbs/rm.js';
import { set } from './verbs/set.js';
import { stat } from './verbs/stat.js';
import { tree } from './verbs/tree.js';
import { txn } from './verbs/txn.js';
import { watch } from './verbs/watch.js';

const plain: readonly Verb[] = [
  ...[ls, tree, get, stat, create, set, rm, txn, watch],
  ...[find, du, cp, diff, exportTree, importTree, lock, elect, hive],
  ...[acl, status, command, dash, demo, serve, proxy],
];

const withRepl = [...plain, repl(plain)];

/** All verbs, in the order of the help. */
export const verbs: readonly Verb[] = [...withRepl, completion(withRepl), complete(withRepl)];
