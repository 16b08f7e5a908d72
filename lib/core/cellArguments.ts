import { array, bytes, flag, knownKeys, oneOf, text } from './check.js';
import type { CellCondition, CellReadOptions, CellStep } from './contract.js';
import { UsageError } from './errors.js';
import { utf8Length } from './utf8Length.js';

const STEPS: Readonly<Record<CellStep<unknown>['kind'], readonly string[]>> = {
  check: ['kind', 'key', 'version'],
  create: ['kind', 'key', 'value'],
  set: ['kind', 'key', 'value', 'version'],
  delete: ['kind', 'key', 'version'],
};

/** The largest key and value, and the check of a version that is no word. */
export interface CellBounds<V> {
  readonly maxKeyBytes: number;
  readonly maxValueBytes: number;
  /** Refuses what cannot be a version. */
  checkVersion(argument: string, version: V): void;
}

/** Text that has bytes in UTF-8, at most so many. */
export function checkPrefix(prefix: string, { maxKeyBytes }: CellBounds<never>, argument = 'prefix'): string {
  const length = utf8Length(text(argument, prefix));
  if (length > prefix.length && /\p{Surrogate}/u.test(prefix))
    throw new UsageError(argument, 'must not contain half a surrogate pair');
  if (length > maxKeyBytes) throw new UsageError(argument, `must have at most ${maxKeyBytes} bytes, not ${length}`);
  return prefix;
}

/** The key of a cell. */
export function checkKey(key: string, bounds: CellBounds<never>, argument = 'key'): string {
  if (checkPrefix(key, bounds, argument) === '') throw new UsageError(argument, 'must not be empty');
  return key;
}

/** The value of a cell. */
export function checkValue(value: Uint8Array, { maxValueBytes }: CellBounds<never>, argument = 'value'): Uint8Array {
  if (bytes(argument, value).length <= maxValueBytes) return value;
  throw new UsageError(argument, `must have at most ${maxValueBytes} bytes, not ${value.length}`, {
    code: 'TOO_LARGE',
  });
}

/** The version that a write asks for; `undefined` for any, or none. */
export function checkCondition<V>(condition: CellCondition<V> | undefined, bounds: CellBounds<V>): CellCondition<V> {
  if (condition === undefined) return {};
  const { version } = knownKeys('condition', condition, ['version']);
  if (version !== undefined && version !== 'any') bounds.checkVersion('condition.version', version);
  return condition;
}

/** Whether a read is to be the latest. */
export function checkLatest(options: CellReadOptions | undefined): boolean {
  return flag(
    'options.latest',
    options === undefined ? false : (knownKeys('options', options, ['latest']).latest ?? false)
  );
}

/** The steps of a transaction. Each key may be in one of them, for stores differ in what a second step would see. */
export function checkSteps<V>(steps: readonly CellStep<V>[], bounds: CellBounds<V>): readonly CellStep<V>[] {
  const seen = new Set<string>();
  array('steps', steps).forEach((step, i) => {
    const at = `steps[${i}]`;
    knownKeys(at, step, STEPS[oneOf(`${at}.kind`, step?.kind, ['check', 'create', 'set', 'delete'])]);
    checkKey(step.key, bounds, `${at}.key`);
    if (seen.has(step.key)) throw new UsageError(`${at}.key`, 'is in an earlier step already');
    seen.add(step.key);
    if ('value' in step) checkValue(step.value, bounds, `${at}.value`);
    if ('version' in step && step.version !== 'any') bounds.checkVersion(`${at}.version`, step.version);
  });
  return steps;
}
