import { randomFillSync } from 'node:crypto';
import { defer, map } from 'rxjs';
import { checkCondition, checkKey, checkLatest, checkPrefix, checkSteps, checkValue } from '../core/cellArguments.js';
import { CellError } from '../core/cellError.js';
import { text } from '../core/check.js';
import { type Codec, ValueError, utf8 } from '../core/codecs.js';
import type { Cell, CellStep, Cells, List, Polling, Transact } from '../core/contract.js';
import { UsageError, isCoordinationError } from '../core/errors.js';
import { decodedOrError, freshness } from '../core/watched.js';
import { type Requested, deferResult } from '../operators/deferResult.js';
import type { Arakoon } from './client/arakoon.js';
import { steps as step } from './client/steps.js';
import type { Step } from './protocol/step.js';
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
/** New versions are drawn so many at a time: to ask the system for few bytes costs as much as for many. */
const DRAWN = 256;

interface Content {
  readonly version: string;
  readonly value: Uint8Array;
}

/** A version in front of the value: both are read together. */
const content: Codec<Content> = {
  encode: ({ version, value }) => Buffer.concat([Buffer.from(version, 'hex'), value]),
  decode(bytes) {
    if (bytes === null || bytes.length < TOKEN_BYTES) throw new ValueError('cells: the value has no version');
    const version = (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes)).toString('hex', 0, TOKEN_BYTES);
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
  const tokens = new Tokens();
  const [versionKey, dataKey] = [(key: string) => `${prefix}v${key}`, (key: string) => `${prefix}d${key}`];
  /** One sequence: all conditions, and then all changes. `result` is given the new versions. */
  const commit = <R>(
    operation: string,
    all: readonly (CellStep<string> | Put)[],
    result: (versions: readonly (string | undefined)[]) => R
  ): Requested<void, R> => {
    const sequence: Steps = [];
    for (const it of all) addCondition(sequence, it, versionKey(it.key));
    const versions = all.map((it) => addChanges(sequence, it, versionKey(it.key), dataKey(it.key), tokens));
    return {
      request$: view.sequence(sequence),
      result: () => result(versions),
      failed(error) {
        throw refusal(error, operation, all, versionKey);
      },
    };
  };
  const one = (operation: string, it: CellStep<string> | Put) => commit(operation, [it], ([version]) => version!);
  return {
    ...LONGEST,
    uniqueVersions: true,
    get: (key, options) =>
      deferResult(() => {
        checkLatest(options); // every read is
        return {
          request$: view.get(dataKey(checkKey(key, bounds))),
          result: (bytes) => cellOf(bytes, key),
          failed(error) {
            if (isCoordinationError(error, 'NOT_FOUND')) return { kind: 'absent' };
            throw error;
          },
        };
      }),
    create: (key, value) =>
      deferResult(() =>
        one('create', { kind: 'create', key: checkKey(key, bounds), value: checkValue(value, bounds) })
      ),
    set: (key, value, condition) =>
      deferResult(() => {
        const { version } = checkCondition(condition, bounds);
        checkKey(key, bounds);
        checkValue(value, bounds);
        return one('set', version === undefined ? { kind: 'put', key, value } : { kind: 'set', key, value, version });
      }),
    delete: (key, condition) =>
      deferResult(() => {
        const { version = 'any' } = checkCondition(condition, bounds);
        return commit('delete', [{ kind: 'delete', key: checkKey(key, bounds), version }], () => undefined);
      }),
    list: (start, options) =>
      defer(() => {
        checkLatest(options);
        return view.prefix(dataKey(checkPrefix(start, bounds)));
      }).pipe(map((keys) => keys.map((key) => key.slice(prefix.length + 1)))),
    transact: (steps) => deferResult(() => commit('transact', checkSteps(steps, bounds), (versions) => versions)),
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

/** New versions. */
class Tokens {
  #drawn = Buffer.alloc(0);
  #at = 0;

  next(): Buffer {
    if (this.#at === this.#drawn.length) {
      this.#drawn = randomFillSync(Buffer.allocUnsafe(DRAWN * TOKEN_BYTES));
      this.#at = 0;
    }
    return this.#drawn.subarray(this.#at, (this.#at += TOKEN_BYTES));
  }
}

function checkVersion(argument: string, version: string): void {
  if (!/^[0-9a-f]{32}$/.test(text(argument, version))) throw new UsageError(argument, 'must be a version of a cell');
}

type Steps = Step<string, Uint8Array>[];

function addCondition(steps: Steps, it: CellStep<string> | Put, key: string): void {
  if (it.kind === 'put') return;
  if (it.kind === 'create') steps.push(step.assert<string, Uint8Array>(key, null));
  else if (it.version === 'any') steps.push(step.assertExists(key));
  else steps.push(step.assert<string, Uint8Array>(key, Buffer.from(it.version, 'hex')));
}

/**
 * Returns the new version of the cell, if it gets one. It is written in front of the value, which is not copied for
 * that.
 */
function addChanges(
  steps: Steps,
  it: CellStep<string> | Put,
  versionKey: string,
  dataKey: string,
  tokens: Tokens
): string | undefined {
  if (it.kind === 'check') return undefined;
  if (it.kind === 'delete') {
    steps.push(step.delete(versionKey), step.delete(dataKey));
    return undefined;
  }
  const token = tokens.next();
  steps.push(step.set<string, Uint8Array>(versionKey, token), {
    kind: 'set',
    key: dataKey,
    value: it.value,
    prefix: token,
  });
  return token.toString('hex');
}

/** A cell, whose value has its version in front of it. */
function cellOf(bytes: Uint8Array, key: string): Cell<string> {
  const { kind, value, error } = decodedOrError(content, bytes, 'get', key);
  if (kind !== 'present') return { kind: 'unreadable', error };
  return { kind, value: value.value, version: value.version };
}

/** A failed condition in the words of the contract. The server names the key of the condition in its message. */
function refusal(
  error: unknown,
  operation: string,
  all: readonly (CellStep<string> | Put)[],
  versionKey: (key: string) => string
): unknown {
  if (!isCoordinationError(error, 'ASSERTION_FAILED')) return error;
  const found = all.findIndex(({ key }) => error.message.endsWith(`(${versionKey(key)})`));
  const it = all[Math.max(found, 0)]!;
  const code = it.kind === 'create' ? 'EXISTS' : 'version' in it && it.version !== 'any' ? 'CONFLICT' : 'ABSENT';
  const index = operation === 'transact' && found >= 0 ? found : undefined;
  return new CellError(code, it.key, operation, error, index);
}
