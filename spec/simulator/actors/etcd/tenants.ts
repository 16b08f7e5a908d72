import { type Observable, tap } from 'rxjs';
import { type EtcdCells, cells } from '../../../../lib/etcd/index.js';
import type { CellStep, CoordinationError } from '../../../../lib/index.js';
import type { Actor, Stage } from '../../../../lib/testing/index.js';
import { type KeyState, ledgerOf } from './ledger.js';
import { marked, unique } from './marks.js';
import { request } from '../goingOn.js';

const PREFIX = 'cells/';
const KEYS = ['0', '1', '2'];
const TRUE = 'an answer about a cell was true at a moment';

/** Uses cells, in every way. */
export const tenant: Actor = {
  name: 'etcd tenant',
  start(stage) {
    const mine = cells(stage.etcd, PREFIX);
    const versions = new Map<string, number>();
    const often = stage.pick([50, 300]);
    stage.every(often, () => readOne(stage, mine, stage.pick(KEYS), versions));
    stage.every(often, () => writeOne(stage, mine, stage.pick(KEYS), versions));
    stage.every(4 * often, () => readAll(stage, mine));
    stage.every(2 * often, () => writeTwo(stage, mine, versions));
  },
};

/** Whether something was so at a moment from `since` until now, as far as the ledger knows. */
function wasSo(stage: Stage, since: number, isSo: (revision: number) => boolean): boolean {
  for (let revision = since; revision <= stage.world.etcd.revision; revision++) if (isSo(revision)) return true;
  return false;
}

function stateOf(stage: Stage, key: string, revision: number): KeyState | undefined {
  return ledgerOf(stage.world).at(PREFIX + key, revision);
}

function readOne(stage: Stage, mine: EtcdCells, key: string, versions: Map<string, number>): void {
  const since = stage.world.etcd.revision;
  request(stage, `a read of the cell ${key}`, mine.get(key), (cell) => {
    if (cell.kind === 'present') versions.set(key, cell.version);
    const isSo = (revision: number) => {
      const state = stateOf(stage, key, revision);
      if (cell.kind !== 'present') return state === undefined;
      return state?.revision === cell.version && state.value === String(Buffer.from(cell.value));
    };
    if (!wasSo(stage, since, isSo)) stage.violated(TRUE, `${key} is ${cell.kind}, of ${String(cell.version)}`);
  });
}

function readAll(stage: Stage, mine: EtcdCells): void {
  const since = stage.world.etcd.revision;
  request(stage, 'a list of cells', mine.list(''), (keys) => {
    const listed = (revision: number) => KEYS.filter((key) => stateOf(stage, key, revision) !== undefined).join();
    if (!wasSo(stage, since, (revision) => listed(revision) === keys.join()))
      stage.violated(TRUE, `the list ${keys.join()}`);
  });
}

/** A step that changes a cell, perhaps under a condition that does not hold. */
function stepOf(stage: Stage, key: string, value: string, versions: Map<string, number>): CellStep<number> {
  const version = stage.pick(['any' as const, versions.get(key) ?? ('any' as const)]);
  const bytes = Buffer.from(value);
  return stage.pick<CellStep<number>>([
    { kind: 'create', key, value: bytes },
    { kind: 'set', key, value: bytes, version },
    { kind: 'set', key, value: bytes, version },
    { kind: 'delete', key, version },
  ]);
}

/** Whether the condition of a step held at a revision. */
function held(stage: Stage, step: CellStep<number>, revision: number): boolean {
  const state = stateOf(stage, step.key, revision);
  if (step.kind === 'create') return state === undefined;
  return step.version === 'any' ? state !== undefined : state?.revision === step.version;
}

/** Notes what is told of steps, and checks it. */
function told(
  stage: Stage,
  steps: readonly CellStep<number>[],
  write$: Observable<readonly (number | undefined)[] | number | void>,
  value: string,
  versions: Map<string, number>
): void {
  const since = stage.world.etcd.revision;
  const key = steps.find(({ kind }) => kind === 'create' || kind === 'set')?.key;
  const check = (result: readonly (number | undefined)[] | number | void) => {
    const all = Array.isArray(result) ? (result as readonly (number | undefined)[]) : [result as number | undefined];
    for (const [i, step] of steps.entries()) {
      const version = all[i];
      const isWrite = step.kind === 'create' || step.kind === 'set';
      if (isWrite !== (version !== undefined)) stage.violated(TRUE, `the version ${version} of a ${step.kind}`);
      if (version === undefined) continue;
      versions.set(step.key, version);
      const state = stateOf(stage, step.key, version);
      if (state?.revision !== version || state.value !== value || !held(stage, step, version - 1))
        stage.violated(TRUE, `${step.kind} ${step.key} at ${version}`);
    }
  };
  const refused = ({ code, path, index }: CoordinationError & { readonly index?: number }) => {
    if (code !== 'EXISTS' && code !== 'ABSENT' && code !== 'CONFLICT') return;
    const step = steps[index ?? 0]!;
    if (path !== step.key || !wasSo(stage, since, (revision) => !held(stage, step, revision)))
      stage.violated(TRUE, `${code} of ${step.kind} ${step.key}`);
  };
  const checked$ = write$.pipe(tap({ error: refused }));
  if (key === undefined) request(stage, 'a change of cells', checked$, check);
  else marked(stage, 'a change of cells', { key: PREFIX + key, value }, checked$, check);
}

function writeOne(stage: Stage, mine: EtcdCells, key: string, versions: Map<string, number>): void {
  const value = unique(stage);
  const step = stepOf(stage, key, value, versions);
  const write$: Observable<number | void> =
    step.kind === 'create'
      ? mine.create(key, step.value)
      : step.kind === 'set'
        ? mine.set(key, step.value, { version: step.version })
        : mine.delete(key, { version: step.kind === 'delete' ? step.version : 'any' });
  told(stage, [step], write$, value, versions);
}

function writeTwo(stage: Stage, mine: EtcdCells, versions: Map<string, number>): void {
  const value = unique(stage);
  const steps = [...KEYS]
    .sort(() => stage.random() - 0.5)
    .slice(0, 2)
    .map((key) => stepOf(stage, key, value, versions));
  told(stage, steps, mine.transact(steps), value, versions);
}
