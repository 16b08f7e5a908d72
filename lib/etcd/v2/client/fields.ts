import { checkCallOptions } from '../../../client/callOptions.js';
import { flag, integer, knownKeys } from '../../../core/check.js';
import { UsageError } from '../../../core/errors.js';
import type { ConditionFields, ReadFields, WriteFields } from '../protocol/keyRequests.js';
import type { ValueCodec } from '../protocol/valueCodec.js';
import type { EtcdV2Condition, ReadV2Options, TtlOptions, WriteV2Options } from '../types.js';

/** The options of each call. */
export const CALL = ['timeout', 'signal'] as const;

/** Checks the options of a call: which it has, and those of all calls. */
export function checked<O extends object>(options: O | undefined, keys: readonly (keyof O & string)[]): O {
  const chosen = options === undefined ? ({} as O) : knownKeys('options', options, [...CALL, ...keys]);
  checkCallOptions(chosen);
  return chosen;
}

/** A boolean that is left out unless it is true. */
export function ifSet(argument: string, value: boolean | undefined): true | undefined {
  return value !== undefined && flag(argument, value) ? true : undefined;
}

/** The fields of a read. */
export function readFields({ recursive, sorted, quorum }: ReadV2Options): ReadFields {
  return {
    recursive: ifSet('options.recursive', recursive),
    sorted: ifSet('options.sorted', sorted),
    quorum: ifSet('options.quorum', quorum),
  };
}

/** The fields of a write beside the value. */
export function writeFields({ ttl, noValueOnSuccess }: WriteV2Options): WriteFields {
  return { ...ttlField({ ttl }), noValueOnSuccess: ifSet('options.noValueOnSuccess', noValueOnSuccess) };
}

/** The time to live. */
export function ttlField({ ttl }: TtlOptions): Pick<WriteFields, 'ttl'> {
  return { ttl: ttl === undefined ? undefined : seconds('options.ttl', ttl) };
}

/** Seconds to live. */
export function seconds(argument: string, ttl: number): number {
  return integer(argument, ttl, 0, Number.MAX_SAFE_INTEGER);
}

/** An index of the store. Etcd takes 0 for none, and would write without a condition. */
export function index(argument: string, value: number): number {
  return integer(argument, value, 1, Number.MAX_SAFE_INTEGER);
}

/** What a write compares: at least one thing. */
export function conditionFields<V>(
  condition: EtcdV2Condition<V>,
  code: ValueCodec<V>,
  keys: readonly (keyof EtcdV2Condition<V>)[]
): ConditionFields {
  const { prevValue, prevIndex, prevExist } = knownKeys('condition', condition, keys);
  if (prevValue === undefined && prevIndex === undefined && prevExist === undefined)
    throw new UsageError('condition', `must have ${keys.join(', or ')}`);
  const value = prevValue === undefined ? undefined : code.text(prevValue);
  if (value === '') throw new UsageError('condition.prevValue', 'must not be empty: etcd cannot compare with that');
  return {
    prevValue: value,
    prevIndex: prevIndex === undefined ? undefined : index('condition.prevIndex', prevIndex),
    prevExist: prevExist === undefined ? undefined : flag('condition.prevExist', prevExist),
  };
}
