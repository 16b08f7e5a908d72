import { type Observable, catchError, map, throwError } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import type { CreateMode, Transaction, TransactionResult, ZooKeeper } from '../../zookeeper/index.js';
import { reasonOf } from '../command/report.js';
import { type Step, type StepOutcome, type TransactionOutcome, lineFault } from '../transaction/step.js';
import { StepError } from '../transaction/stepError.js';

/** Does the steps together or not at all, as a multi of ZooKeeper. Each sees the effects of those before it. */
export function zooKeeperTransaction(
  zk: ZooKeeper,
  steps: readonly Step[],
  otherwise: readonly Step[] | undefined
): Observable<TransactionOutcome> {
  const [first] = otherwise ?? [];
  if (otherwise !== undefined) throw lineFault(first?.line ?? steps.length, 'else is for etcd');
  let all: Transaction = zk.transaction();
  for (const step of steps) all = withStep(all, step);
  return all.commit().pipe(
    map((results) => ({ outcomes: results.map((result, i) => outcomeOf(steps[i]!, result)) })),
    catchError((error: unknown) => {
      const index = isCoordinationError(error) && 'index' in error ? error.index : undefined;
      const step = index === undefined ? undefined : steps[index];
      if (step === undefined || !isCoordinationError(error)) return throwError(() => error);
      const reason = reasonOf(error.code === 'NO_NODE' && step.do === 'create' ? 'ORPHAN' : error.code);
      return throwError(() => new StepError(error.code, [step], reason ?? error.message, error));
    })
  );
}

function withStep(all: Transaction, step: Step): Transaction {
  const { path, value = null, line } = step;
  const version = step.version === undefined ? {} : { version: Number(step.version) };
  if (step.do === 'create') {
    const { mode, ttl } = step;
    return all.create(path, value, {
      ...(mode !== undefined && { mode: mode as CreateMode }),
      ...(ttl !== undefined && { ttl }),
    });
  }
  if (step.do === 'set') return all.set(path, value, version);
  if (step.do === 'put') throw lineFault(line, 'put is not for ZooKeeper: take create or set');
  if (step.do === 'get') throw lineFault(line, 'get is for etcd');
  if (step.do === 'delete') {
    if (step.recursive === true) throw lineFault(line, 'ZooKeeper deletes no tree in a transaction');
    return all.delete(path, version);
  }
  if (step.absent === true || step.value !== undefined)
    throw lineFault(line, 'ZooKeeper checks a node or its version, and nothing else');
  return all.check(path, version);
}

function outcomeOf(step: Step, result: TransactionResult): StepOutcome {
  if (result === undefined) return { step };
  if ('path' in result) return { step, path: result.path };
  return { step, facts: { version: result.version } };
}
