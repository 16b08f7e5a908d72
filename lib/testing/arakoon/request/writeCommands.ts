import * as ops from '../../../arakoon/protocol/ops/writes.js';
import type { Step } from '../../../arakoon/protocol/step.js';
import { Rc, fail } from '../failure.js';
import { keyOf } from '../../host/keyOf.js';
import { applyStep, same } from '../store/applyStep.js';
import { quoted } from '../store/stepText.js';
import { asReader, propose, small, within } from './check.js';
import { type Command, type Proposal, type RequestContext, on } from './requestContext.js';

/** A step as a command of its own: its answer is the value that it found. */
function alone<T = void>(turn: RequestContext, step: Step, name?: string): Proposal<T> {
  return propose(turn, step, (change) => applyStep(change, step, turn.node.host.settings.userFunctions) as T, name);
}

function set({ key, value }: ops.SetRequest, turn: RequestContext): Proposal<void> {
  within(turn.node, key);
  small(turn.node, value);
  return alone(turn, { kind: 'set', key, value });
}

export const writeCommands: readonly Command[] = [
  on(ops.set, set),
  on(ops.confirm, (request, turn) => {
    const { key, value } = request;
    small(turn.node, value);
    asReader(turn.node, 'consistent');
    return same(turn.node.store.keys.get(keyOf(key)) ?? null, value) ? undefined : set(request, turn);
  }),
  on(ops.deleteKey, ({ key }, turn) => alone(turn, { kind: 'delete', key })),
  on(ops.testAndSet, (request, turn) => {
    small(turn.node, request.wanted);
    return alone(turn, { kind: 'testAndSet', ...request });
  }),
  on(ops.replace, (request, turn) => {
    small(turn.node, request.value);
    return alone(turn, { kind: 'replace', ...request });
  }),
  on(ops.deletePrefix, ({ prefix }, turn) => alone(turn, { kind: 'deletePrefix', prefix })),
  on(ops.sequence, (steps, turn) => alone(turn, { kind: 'sequence', steps })),
  on(ops.syncedSequence, (steps, turn) => alone(turn, { kind: 'sequence', steps }, 'SyncedSequence')),
  on(ops.userFunction, ({ name, argument }, turn) => {
    if (!Object.hasOwn(turn.node.host.settings.userFunctions, name))
      fail(Rc.badInput, `User function ${quoted(keyOf(Buffer.from(name)))} could not be found`);
    return alone(turn, { kind: 'userFunction', name, argument });
  }),
  on(ops.nop, (_, turn) => alone(turn, { kind: 'nop' })),
];
