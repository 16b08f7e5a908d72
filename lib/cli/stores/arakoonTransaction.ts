import { type Observable, catchError, map, throwError } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import { type Arakoon, type Step as ArakoonStep, steps as make } from '../../arakoon/index.js';
import { type Step, type TransactionOutcome, lineFault } from '../transaction/step.js';
import { StepError } from '../transaction/stepError.js';
import { keyOf, prefixBelow } from './keyTree.js';

type Made = ArakoonStep<string, Uint8Array>;

/** Does the steps together or not at all, as a sequence of Arakoon. Each sees the effects of those before it. */
export function arakoonTransaction(
  arakoon: Arakoon,
  prefix: string,
  steps: readonly Step[],
  otherwise: readonly Step[] | undefined
): Observable<TransactionOutcome> {
  if (otherwise !== undefined) throw lineFault(otherwise[0]?.line ?? steps.length, 'else is for etcd');
  return arakoon.sequence(steps.flatMap((step) => stepsOf(step, prefix))).pipe(
    map(() => ({ outcomes: steps.map((step) => ({ step, ...(step.do === 'create' && { path: step.path }) })) })),
    catchError((error: unknown) => throwError(() => refusal(error, steps, prefix)))
  );
}

function stepsOf(step: Step, prefix: string): readonly Made[] {
  const { path, line, value = new Uint8Array(0), version } = step;
  const key = prefix + keyOf(path);
  if (version !== undefined) throw lineFault(line, 'has a version, but the keys of Arakoon have none');
  if (step.mode !== undefined || step.ttl !== undefined) throw lineFault(line, 'the keys of Arakoon have no modes');
  switch (step.do) {
    case 'check':
      if (step.absent === true) return [make.assert<string, Uint8Array>(key, null)];
      return step.value === undefined ? [make.assertExists(key)] : [make.assert(key, value)];
    case 'create':
      return [make.assert<string, Uint8Array>(key, null), make.set(key, value)];
    case 'set':
      return [make.assertExists(key), make.set(key, value)];
    case 'put':
      return [make.set(key, value)];
    case 'delete':
      if (step.recursive !== true) return [make.delete(key)];
      return [make.replace<string, Uint8Array>(key, null), make.deletePrefix(prefix + prefixBelow(path))];
    case 'get':
      throw lineFault(line, 'get is for etcd');
  }
}

/** The server names the key of a step that it refuses, and not its place. */
function refusal(error: unknown, steps: readonly Step[], prefix: string): unknown {
  if (!isCoordinationError(error, 'ASSERTION_FAILED', 'NOT_FOUND')) return error;
  const named = steps.filter((step) => step.do !== 'put' && error.message.includes(prefix + keyOf(step.path)));
  const exact = named.filter((step) => error.message.endsWith(`(${prefix}${keyOf(step.path)})`));
  const suspects = exact.length > 0 ? exact : named;
  const [first] = suspects;
  if (first === undefined) return error;
  const [code, reason] = REASONS[first.do === 'check' && first.absent === true ? 'create' : first.do] ?? REASONS.set;
  const isValue = first.do === 'check' && first.value !== undefined;
  return isValue
    ? new StepError('BAD_VERSION', suspects, 'it has another value, or is gone', error)
    : new StepError(code, suspects, reason, error);
}

const ABSENT = ['NO_NODE', 'there is no such node'] as const;
const REASONS: Readonly<Record<string, readonly [code: string, reason: string]>> & { readonly set: typeof ABSENT } = {
  create: ['NODE_EXISTS', 'there is such a node already'],
  set: ABSENT,
};
