import { type Observable, map } from 'rxjs';
import { equalBytes } from '../../bytes/equalBytes.js';
import type { Branch, Etcd, KeyValue } from '../../etcd/index.js';
import { type Step, type StepOutcome, type TransactionOutcome, lineFault } from '../transaction/step.js';
import { StepError } from '../transaction/stepError.js';
import { keyOf, prefixBelow } from './keyTree.js';

/**
 * Does the steps together or not at all. etcd checks all conditions first, and only then does the writes. Without
 * `otherwise`, a condition that does not hold is an error. The failed branch reads the keys of all conditions, so that
 * the step at fault is known.
 */
export function etcdTransaction(
  etcd: Etcd,
  steps: readonly Step[],
  otherwise: readonly Step[] | undefined
): Observable<TransactionOutcome> {
  checkOrder(steps);
  checkOrder(otherwise ?? []);
  const conditions = steps.filter(isCondition);
  const others = otherwise ?? [];
  const bad = others.find(isCondition);
  if (bad !== undefined)
    throw lineFault(bad.line, `${bad.do} has a condition, and comes after else: take put or delete -r`);
  let transaction = etcd.transaction();
  for (const step of conditions) transaction = transaction.when(keyOf(step.path), conditionOf(step));
  const reads = (branch: Branch<readonly unknown[]>) =>
    conditions.reduce<Branch<readonly unknown[]>>((all, { path }) => all.get(keyOf(path)), branch);
  return transaction
    .do((branch) => withSteps(branch, steps))
    .otherwise((branch) => withSteps(reads(branch), others))
    .commit()
    .pipe(
      map(({ succeeded, revision, results }) => {
        if (succeeded) return { outcomes: outcomesOf(steps, results, revision) };
        const found = results.slice(0, conditions.length) as readonly (KeyValue | undefined)[];
        const failed = conditions.find((step, i) => refusal(step, found[i]) !== undefined) ?? conditions[0]!;
        if (otherwise === undefined) throw refusal(failed, found[conditions.indexOf(failed)])!;
        return { failed, outcomes: outcomesOf(others, results.slice(conditions.length), revision) };
      })
    );
}

function isCondition(step: Step): boolean {
  return ['check', 'create', 'set'].includes(step.do) || (step.do === 'delete' && step.recursive !== true);
}

/** etcd takes one write for each key, and checks all conditions before it writes. */
function checkOrder(steps: readonly Step[]): void {
  const written = new Map<string, number>();
  for (const { path, line, do: operation, mode, ttl } of steps) {
    if (mode !== undefined || ttl !== undefined)
      throw lineFault(line, 'etcd takes no mode and no ttl in a transaction');
    const before = written.get(path);
    if (before !== undefined)
      throw lineFault(line, `is about ${path}, which line ${before} writes: etcd checks first, and writes a key once`);
    if (operation !== 'check' && operation !== 'get') written.set(path, line);
  }
}

function conditionOf({ do: operation, version, absent, value }: Step) {
  if (operation === 'create' || absent === true) return { exists: false };
  return {
    exists: true,
    ...(version !== undefined && { modRevision: Number(version) }),
    ...(operation === 'check' && value !== undefined && { value: { is: value } }),
  };
}

function withSteps(branch: Branch<readonly unknown[]>, steps: readonly Step[]): Branch<readonly unknown[]> {
  return steps.reduce<Branch<readonly unknown[]>>((all, { do: operation, path, value, recursive }) => {
    const key = keyOf(path);
    if (operation === 'check') return all;
    if (operation === 'get') return all.get(key);
    if (operation !== 'delete') return all.put(key, value ?? new Uint8Array(0));
    return recursive === true ? all.delete(key).deleteRange({ prefix: prefixBelow(path) }) : all.delete(key);
  }, branch);
}

function outcomesOf(steps: readonly Step[], results: readonly unknown[], revision: number): readonly StepOutcome[] {
  let at = 0;
  return steps.map((step): StepOutcome => {
    if (step.do === 'check') return { step };
    const result = results[at++];
    if (step.do === 'delete') {
      if (step.recursive === true) at++;
      return { step };
    }
    if (step.do === 'get') {
      const found = result as KeyValue | undefined;
      return {
        step,
        value: found?.value ?? null,
        ...(found !== undefined && { facts: { version: found.modRevision } }),
      };
    }
    return { step, facts: { version: revision }, ...(step.do === 'create' && { path: step.path }) };
  });
}

/** Why a condition does not hold; `undefined` if it holds. */
function refusal(step: Step, found: KeyValue | undefined): StepError | undefined {
  if (step.do === 'create' || step.absent === true)
    return found === undefined ? undefined : new StepError('NODE_EXISTS', [step], 'there is such a node already');
  if (found === undefined) return new StepError('NO_NODE', [step], 'there is no such node');
  if (step.version !== undefined && found.modRevision !== Number(step.version))
    return new StepError('BAD_VERSION', [step], `it has the version ${found.modRevision}`);
  if (step.do === 'check' && step.value !== undefined && !equalBytes(found.value, step.value))
    return new StepError('BAD_VERSION', [step], 'it has another value');
  return undefined;
}
