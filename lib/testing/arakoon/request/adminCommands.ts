import * as ops from '../../../arakoon/protocol/ops/admin.js';
import { list } from '../../../arakoon/protocol/recordCodec.js';
import { entry } from '../../../arakoon/protocol/ops/reads.js';
import { WireWriter } from '../../../arakoon/protocol/wireWriter.js';
import type { ArakoonHostNode } from '../arakoonHost.js';
import { Rc, fail } from '../failure.js';
import { bytesOf } from '../../host/keyOf.js';
import { ANSWERING, type Command, type RequestContext, on } from './requestContext.js';
import { callHook } from './callHook.js';

/** Units of `collapseTlogs` in a millisecond. */
const UNITS = 2 ** 22 / 1000;

/** Refuses a command that would stop the master for too long. */
function notAsMaster({ host, name }: ArakoonHostNode): void {
  if (host.mastership.known === name || host.settings.readonly)
    fail(Rc.notSupported, 'Operation cannot be performed on master node');
}

const beside = (_: void, { node }: RequestContext) => notAsMaster(node);

export const adminCommands: readonly Command[] = [
  on(ops.statistics, (_, { node }) => node.statistics()),
  on(ops.flushStore, () => undefined),
  on(ops.optimizeDb, beside),
  on(ops.defragDb, beside),
  on(ops.copyDbToHead, (keep, { node }) => {
    if (keep < 1) fail(Rc.unknownFailure, `tlogs_to_keep=${keep} is not acceptable`);
    notAsMaster(node);
    node.tlogs = Math.min(node.tlogs, keep);
  }),
  on(ops.getDb, (_, turn) => {
    notAsMaster(turn.node);
    const file = fileOf(turn.node);
    turn.answer(ops.getDb.reply, BigInt(file.length));
    turn.send(file);
    turn.done();
    return ANSWERING;
  }),
  on(ops.collapseTlogs, (keep, turn) => {
    if (keep < 1) fail(Rc.unknownFailure, `${keep} is not acceptable`);
    if (turn.node.collapsing) fail(Rc.unknownFailure, 'Collapsing already in progress');
    const count = Math.max(0, turn.node.tlogs - keep);
    turn.answer(ops.collapseTlogs.reply, count);
    collapse(turn, count);
    return ANSWERING;
  }),
  on(ops.dropMaster, (_, turn) => {
    const { host } = turn.node;
    if (host.nodes.length === 1) fail(Rc.notSupported, 'drop master not supported for singletons');
    if (host.mastership.known !== turn.node.name) return undefined;
    host.mastership.stepDown();
    turn.later(host.settings.lease / 2, () => {
      turn.answer(ops.dropMaster.reply, undefined);
      turn.done();
    });
    return ANSWERING;
  }),
  on(ops.userHook, callHook),
];

/** One log after the other, and says so after each. */
function collapse(turn: RequestContext, count: number): void {
  const { node } = turn;
  const { collapseTime } = node.host.settings;
  node.collapsing = true;
  const next = (done: number) => {
    if (done === count) {
      node.collapsing = false;
      return turn.done();
    }
    const one = () => {
      node.tlogs--;
      turn.answer(ops.collapsed, BigInt(Math.round((done + 1) * collapseTime * UNITS)));
      next(done + 1);
    };
    if (collapseTime === 0) one();
    else turn.later(collapseTime, one);
  };
  next(0);
}

/** A file with the node's entries. A real server's file is Tokyo Cabinet's. */
function fileOf({ store }: ArakoonHostNode): Buffer {
  const out = new WireWriter();
  list(entry).write(
    out,
    store.keys.between(null, true, null, true).map((key) => [bytesOf(key), store.keys.get(key)!] as const)
  );
  return out.take();
}
