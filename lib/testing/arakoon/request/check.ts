import type { Consistency } from '../../../arakoon/protocol/consistency.js';
import type { Span } from '../../../arakoon/protocol/interval.js';
import type { Step } from '../../../arakoon/protocol/step.js';
import type { ArakoonHostNode } from '../arakoonHost.js';
import { Rc, UNKNOWN, fail } from '../failure.js';
import type { KeyChanges } from '../store/keyChanges.js';
import { textOf } from '../store/applyStep.js';
import { stepText } from '../store/stepText.js';
import { Proposal, type RequestContext } from './requestContext.js';

/** Refuses a command that only the master does. A node that is alone is the master. */
export function asMaster({ host, name }: ArakoonHostNode): void {
  if (host.settings.readonly) fail(Rc.readOnly, name);
  if (host.nodes.length === 1) return;
  const master = host.mastership.known;
  if (master !== name) fail(Rc.notMaster, master ?? 'None');
}

/** Refuses a read of a node that does not know enough. */
export function asReader(node: ArakoonHostNode, consistency: Consistency): void {
  if (node.host.settings.readonly || consistency === 'none') return;
  if (consistency === 'consistent') return asMaster(node);
  if (consistency.atLeast > BigInt(node.store.txid)) fail(Rc.inconsistentRead, 'store not fresh enough');
}

/** Refuses keys that are another cluster's. */
export function within(node: ArakoonHostNode, ...keys: readonly (Uint8Array | null)[]): void {
  const { public: span } = node.store.nursery.interval;
  for (const key of keys) if (key !== null && !holds(span, key)) fail(Rc.outsideInterval, textOf(key));
}

function holds({ begin, end }: Span, key: Uint8Array): boolean {
  return (begin === null || Buffer.compare(begin, key) <= 0) && (end === null || Buffer.compare(key, end) < 0);
}

/** Refuses values that are too large. Real servers do not look inside sequences. */
export function small(node: ArakoonHostNode, value: Uint8Array | null): void {
  if (value !== null && value.byteLength >= node.host.settings.maxValueSize) fail(Rc.unknownFailure, UNKNOWN);
}

/** Proposes a step to the other nodes, or something of the same size. */
export function propose<T>(
  { node, size }: RequestContext,
  step: Step,
  apply: (change: KeyChanges) => T,
  name?: string
): Proposal<T> {
  asMaster(node);
  const { maxUpdateSize } = node.host.settings;
  const ownSize = step.kind === 'sequence' ? size - 8 : size; // without the word and the length before the string
  if (ownSize > maxUpdateSize)
    fail(Rc.badInput, `update ${stepText(step, name)} has size ${ownSize} > ${maxUpdateSize}`);
  return new Proposal(step, apply);
}
