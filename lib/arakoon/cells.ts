import { randomUUID } from 'node:crypto';
import { type MonoTypeOperatorFunction, type Observable, catchError, defer, map, throwError } from 'rxjs';
import { checkCondition, checkKey, checkLatest, checkPrefix, checkSteps, checkValue } from '../core/cellArguments.js';
import { CellError } from '../core/cellError.js';
import { text } from '../core/check.js';
import { type Codec, ValueError, utf8 } from '../core/codecs.js';
import type { Cell, CellStep, Cells, List, Polling, Transact } from '../core/contract.js';
import { UsageError, isCoordinationError } from '../core/errors.js';
import { decodedOrError, freshness } from '../core/watched.js';
import type { Arakoon } from './client/arakoon.js';
import { steps as step } from './client/steps.js';
import type { Step } from './protocol/step.js';
import { getIfAny } from './recipes/getIfAny.js';
import { poll } from './recipes/poll.js';
import { raw } from './recipes/raw.js';

/**
 * Cells in Arakoon: keys and values, lists and transactions. Arakoon has no events, so a cell can be polled and not
 * watched; and no sessions, so there is no presence.
 */
export type ArakoonCells = Cells<string> & List & Transact<string> & Polling<string>;

/** A server refuses a transaction of 32 MiB; a reply has its own limit, of 64 MiB. */
const LONGEST = { maxKeyBytes: 1024, maxValueBytes: 8_000_000 };
const TOKEN_BYTES = 16;

interface Content {
  readonly version: string;
  readonly value: Uint8Array;
}

/** A version in front of the value: both are read together. */
const content: Codec<Content> = {
  encode: ({ version, value }) => Buffer.concat([Buffer.from(version, 'hex'), value]),
  decode(bytes) {
    if (bytes === null || bytes.length < TOKEN_BYTES) throw new ValueError('cells: the value has no version');
    const version = Buffer.from(bytes.buffer, bytes.byteOffset, TOKEN_BYTES).toString('hex');
    return { version, value: bytes.subarray(TOKEN_BYTES) };
  },
};

/**
 * The contract of cells on Arakoon. Needs 1.5.
 *
 * Arakoon's values have no versions, so a cell is two keys, which every write changes together: `<prefix>v<key>` holds
 * the version, for conditions; `<prefix>d<key>` holds the version, 16 bytes, and then the value. A version is random,
 * and so unique: no condition holds for a cell that was deleted and created since. Every read is answered by the
 * master.
 *
 * @example
 * ```ts
 * import { cells } from 'quorum-rx/arakoon';
 * import { concatMap } from 'rxjs';
 *
 * const colours = cells(arakoon, '/colours/');
 * colours.create('sky', data).pipe(concatMap((version) => colours.set('sky', data, { version }))).subscribe();
 * colours.poll('sky', { every: 1000 }).subscribe((cell) => console.log(cell.kind, cell.version, cell.stale));
 * ```
 *
 * @param prefix what all keys of these cells begin with
 */
export function cells<K, V>(arakoon: Pick<Arakoon<K, V>, 'with'>, prefix: string): ArakoonCells {
  const bounds = { ...LONGEST, checkVersion };
  const view = arakoon.with({ key: utf8, value: raw, consistency: 'consistent' });
  const contents = arakoon.with({ key: utf8, value: content, consistency: 'consistent' });
  const [versionKey, dataKey] = [(key: string) => `${prefix}v${key}`, (key: string) => `${prefix}d${key}`];
  /** One sequence: all conditions, and then all changes. */
  const commit = (
    operation: string,
    all: readonly (CellStep<string> | Put)[]
  ): Observable<readonly (string | undefined)[]> =>
    defer(() => {
      const versions = all.map(({ kind }) => (kind === 'check' || kind === 'delete' ? undefined : newVersion()));
      const conditions = all.flatMap((it) => conditionOf(it, versionKey(it.key)));
      const changes = all.flatMap((it, i) => changesOf(it, versions[i], versionKey(it.key), dataKey(it.key)));
      return view.sequence([...conditions, ...changes]).pipe(map(() => versions));
    }).pipe(refusedAs(operation, all, versionKey));
  const one = (operation: string, it: CellStep<string> | Put) =>
    commit(operation, [it]).pipe(map(([version]) => version!));
  return {
    ...LONGEST,
    uniqueVersions: true,
    get: (key, options) =>
      defer(() => {
        checkLatest(options); // every read is
        return getIfAny(view, dataKey(checkKey(key, bounds)));
      }).pipe(
        map((bytes): Cell<string> => {
          if (bytes === null) return { kind: 'absent' };
          const { kind, value, error } = decodedOrError(content, bytes, 'get', key);
          return kind === 'present' ? { kind, ...value } : { kind: 'unreadable', error: error };
        })
      ),
    create: (key, value) =>
      defer(() => one('create', { kind: 'create', key: checkKey(key, bounds), value: checkValue(value, bounds) })),
    set: (key, value, condition) =>
      defer(() => {
        const { version } = checkCondition(condition, bounds);
        const it = { key: checkKey(key, bounds), value: checkValue(value, bounds) };
        return one('set', version === undefined ? { kind: 'put', ...it } : { kind: 'set', ...it, version });
      }),
    delete: (key, condition) =>
      defer(() => {
        const { version = 'any' } = checkCondition(condition, bounds);
        return one('delete', { kind: 'delete', key: checkKey(key, bounds), version });
      }).pipe(map(() => undefined)),
    list: (start, options) =>
      defer(() => {
        checkLatest(options);
        return view.prefix(dataKey(checkPrefix(start, bounds)));
      }).pipe(map((keys) => keys.map((key) => key.slice(prefix.length + 1)))),
    transact: (steps) => defer(() => commit('transact', checkSteps(steps, bounds))),
    poll: (key, options) =>
      defer(() => poll(contents, dataKey(checkKey(key, bounds)), options)).pipe(
        map(({ kind, value, error, cause }) => {
          if (kind === 'present') return { kind, version: value.version, value: value.value, ...freshness(cause) };
          return kind === 'absent' ? { kind, ...freshness(cause) } : { kind, error, ...freshness(cause) };
        })
      ),
  };
}

/** A write without a condition, which a transaction has not. */
interface Put {
  readonly kind: 'put';
  readonly key: string;
  readonly value: Uint8Array;
}

function newVersion(): string {
  return randomUUID().replaceAll('-', '');
}

function checkVersion(argument: string, version: string): void {
  if (!/^[0-9a-f]{32}$/.test(text(argument, version))) throw new UsageError(argument, 'must be a version of a cell');
}

function conditionOf(it: CellStep<string> | Put, key: string): readonly Step<string, Uint8Array>[] {
  if (it.kind === 'put') return [];
  if (it.kind === 'create') return [step.assert<string, Uint8Array>(key, null)];
  return [
    it.version === 'any'
      ? step.assertExists(key)
      : step.assert<string, Uint8Array>(key, Buffer.from(it.version, 'hex')),
  ];
}

function changesOf(
  it: CellStep<string> | Put,
  version: string | undefined,
  versionKey: string,
  dataKey: string
): readonly Step<string, Uint8Array>[] {
  if (it.kind === 'check') return [];
  if (it.kind === 'delete') return [step.delete(versionKey), step.delete(dataKey)];
  const bytes = content.encode({ version: version!, value: it.value })!;
  return [step.set<string, Uint8Array>(versionKey, bytes.subarray(0, TOKEN_BYTES)), step.set(dataKey, bytes)];
}

/** Gives a failed condition the words of the contract. The server names the key of the condition in its message. */
function refusedAs<T>(
  operation: string,
  all: readonly (CellStep<string> | Put)[],
  versionKey: (key: string) => string
): MonoTypeOperatorFunction<T> {
  return catchError((error: unknown) => {
    if (!isCoordinationError(error, 'ASSERTION_FAILED')) return throwError(() => error);
    const found = all.findIndex(({ key }) => error.message.endsWith(`(${versionKey(key)})`));
    const it = all[Math.max(found, 0)]!;
    const code = it.kind === 'create' ? 'EXISTS' : 'version' in it && it.version !== 'any' ? 'CONFLICT' : 'ABSENT';
    const index = operation === 'transact' && found >= 0 ? found : undefined;
    return throwError(() => new CellError(code, it.key, operation, error, index));
  });
}
