import { type Observable, defer, map } from 'rxjs';
import { checkCondition, checkKey, checkLatest, checkPrefix, checkSteps, checkValue } from '../core/cellArguments.js';
import { CellError } from '../core/cellError.js';
import { integer } from '../core/check.js';
import type { Cell, CellStep, Cells, List, Presence, PrefixWatching, Transact, Watching } from '../core/contract.js';
import { type CoordinationError, isCoordinationError } from '../core/errors.js';
import { freshness } from '../core/watched.js';
import { deferResult } from '../operators/deferResult.js';
import { announce } from './recipes/announce.js';
import { type LockClient, rawView } from './recipes/lockClient.js';
import type { Branch } from './v3/client/branch.js';
import type { Condition } from './v3/client/condition.js';
import type { Etcd } from './v3/client/etcd.js';

/** Cells in etcd: everything of the contract. The version of a cell is the revision that wrote it. */
export type EtcdCells = Cells<number> & List & Transact<number> & Watching<number> & PrefixWatching<number> & Presence;

/** A server takes requests of 1.5 MiB by default. */
const LONGEST = { maxKeyBytes: 1024, maxValueBytes: 1_000_000 };

/**
 * The contract of cells on etcd: the key of a cell is `prefix` and its own key. Versions are revisions of the store, so
 * none comes twice. Every read is answered with a quorum.
 *
 * @example
 * ```ts
 * import { cells } from 'quorum-rx/etcd';
 * import { concatMap } from 'rxjs';
 *
 * const colours = cells(etcd, 'colours/');
 * colours.create('sky', data).pipe(concatMap((version) => colours.set('sky', data, { version }))).subscribe();
 * colours.watch('sky').subscribe((cell) => console.log(cell.kind, cell.version, cell.stale));
 * ```
 */
export function cells(etcd: Pick<LockClient<never>, 'with'>, prefix: string): EtcdCells {
  const bounds = {
    ...LONGEST,
    checkVersion: (argument: string, version: number) => void integer(argument, version, 1, Number.MAX_SAFE_INTEGER),
  };
  const view = rawView(etcd).with({ namespace: prefix });
  const commit = (operation: string, steps: readonly CellStep<number>[]) => committed(view, operation, steps);
  const one = (operation: string, step: CellStep<number>) =>
    commit(operation, [step]).pipe(map(([version]) => version!));
  return {
    ...LONGEST,
    uniqueVersions: true,
    get: (key, options) =>
      deferResult(() => {
        checkLatest(options); // every read is
        return {
          request$: view.get(checkKey(key, bounds)),
          result: (found): Cell<number> =>
            found === undefined
              ? { kind: 'absent' }
              : { kind: 'present', value: found.value, version: found.modRevision },
          failed(error) {
            if (isCoordinationError(error, 'PERMISSION_DENIED')) return { kind: 'denied' };
            throw error;
          },
        };
      }),
    create: (key, value) =>
      defer(() => one('create', { kind: 'create', key: checkKey(key, bounds), value: checkValue(value, bounds) })),
    set: (key, value, condition) =>
      defer(() => {
        const { version } = checkCondition(condition, bounds);
        checkKey(key, bounds);
        checkValue(value, bounds);
        if (version === undefined) return view.put(key, value).pipe(map(({ revision }) => revision));
        return one('set', { kind: 'set', key, value, version });
      }),
    delete: (key, condition) =>
      defer(() => {
        const { version = 'any' } = checkCondition(condition, bounds);
        return commit('delete', [{ kind: 'delete', key: checkKey(key, bounds), version }]);
      }).pipe(map(() => undefined)),
    list: (start, options) =>
      defer(() => {
        checkLatest(options);
        return view.keys({ prefix: checkPrefix(start, bounds) });
      }).pipe(map(({ entries }) => entries)),
    transact: (steps) => defer(() => commit('transact', checkSteps(steps, bounds))),
    watch: (key) =>
      defer(() => view.watch(checkKey(key, bounds))).pipe(
        map((found) => ({ ...cellOf(found), ...freshness(found.cause) }))
      ),
    watchPrefix: (start) =>
      defer(() => view.watchPrefix(checkPrefix(start, bounds))).pipe(
        map(({ entries, cause }) => ({
          cells: new Map([...(entries ?? [])].map(([key, found]) => [key, cellOf(found)])),
          ...freshness(cause),
        }))
      ),
    announce: (key, value) => defer(() => announce(view, checkKey(key, bounds), checkValue(value, bounds))),
  };
}

/** A key, of a watch of one or of many. */
type Seen =
  | { readonly kind: 'present'; readonly value: Uint8Array; readonly facts: { readonly modRevision: number } }
  | { readonly kind: 'absent' | 'denied' }
  | { readonly kind: 'unreadable'; readonly error: CoordinationError };

function cellOf(found: Seen): Cell<number> {
  const { kind } = found;
  if (kind === 'present') return { kind, value: found.value, version: found.facts.modRevision };
  return kind === 'unreadable' ? { kind, error: found.error } : { kind };
}

/** All steps in one transaction. If a condition does not hold, it reads the keys, to say which. */
function committed(
  view: Etcd,
  operation: string,
  steps: readonly CellStep<number>[]
): Observable<readonly (number | undefined)[]> {
  let all = view.transaction();
  for (const step of steps) all = all.when(step.key, conditionOf(step));
  return all
    .do((t) => steps.reduce<Branch>(change, t))
    .otherwise((t) => steps.reduce<Branch>((branch, { key }) => branch.get(key), t))
    .commit()
    .pipe(
      map(({ succeeded, revision, results }) => {
        if (succeeded) return steps.map(({ kind }) => (kind === 'create' || kind === 'set' ? revision : undefined));
        const at = steps.findIndex((step, i) => !holds(step, (results[i] as Found)?.modRevision));
        const failed = steps[Math.max(at, 0)]!;
        const code = failed.kind === 'create' ? 'EXISTS' : failed.version === 'any' ? 'ABSENT' : 'CONFLICT';
        throw new CellError(code, failed.key, operation, undefined, operation === 'transact' ? at : undefined);
      })
    );
}

type Found = { readonly modRevision: number } | undefined;

function conditionOf(step: CellStep<number>): Condition {
  if (step.kind === 'create') return { exists: false };
  return step.version === 'any' ? { exists: true } : { modRevision: step.version };
}

/** Whether a condition holds for a key that was written by this revision, or is not there. */
function holds(step: CellStep<number>, modRevision: number | undefined): boolean {
  if (step.kind === 'create') return modRevision === undefined;
  return step.version === 'any' ? modRevision !== undefined : modRevision === step.version;
}

function change(branch: Branch, step: CellStep<number>): Branch {
  if (step.kind === 'check') return branch;
  return step.kind === 'delete' ? branch.delete(step.key) : branch.put(step.key, step.value);
}
