import { flag, integer, knownKeys, show } from '../../../core/check.js';
import { UsageError } from '../../../core/errors.js';
import type { Compare } from '../protocol/kv.js';
import type { Draft } from '../protocol/message.js';
import type { RawRange, ViewCodec } from './viewCodec.js';

/** A value to be equal to, or another comparison. Values are compared by their bytes. */
export type Comparison<T> =
  T | { readonly is: T } | { readonly isNot: T } | { readonly above: T } | { readonly below: T };

/** What must hold of a key; all of it, if there are several. For a range it must hold of each key in it. */
export interface Condition<V = Uint8Array> {
  /** Whether the key is there. */
  readonly exists?: boolean | undefined;
  /** As in `{ is: value }`. A key that is not there has no value: then no comparison holds, not even `isNot`. */
  readonly value?: Exclude<Comparison<V>, V> | undefined;
  /** How often it was written; 0 where it is not there. */
  readonly version?: Comparison<number> | undefined;
  /** 0 where it is not there. */
  readonly createRevision?: Comparison<number> | undefined;
  /** 0 where it is not there. */
  readonly modRevision?: Comparison<number> | undefined;
  /** `0n` where it has none. */
  readonly lease?: Comparison<bigint> | undefined;
}

const KEYS = ['exists', 'value', 'version', 'createRevision', 'modRevision', 'lease'] as const;
const RESULTS = { is: 'equal', isNot: 'not-equal', above: 'greater', below: 'less' } as const;
type Word = keyof typeof RESULTS;

/** The comparisons of a condition. Throws a `UsageError` that names the argument. */
export function comparesOf<V>(
  range: RawRange,
  condition: Condition<V>,
  code: ViewCodec<never, V>
): readonly Draft<Compare>[] {
  const { exists, value, version, createRevision, modRevision, lease } = knownKeys('condition', condition, KEYS);
  const all: Draft<Compare>[] = [];
  const add = <T>(name: string, comparison: Comparison<T>, target: Compare['target'], part: (it: T) => object) => {
    const [word, operand] = split(`condition.${name}`, comparison);
    all.push({ ...range, target, result: RESULTS[word], ...part(operand) });
  };
  const number = (name: string) => (it: number) => integer(`condition.${name}`, it, 0, Number.MAX_SAFE_INTEGER);
  if (exists !== undefined) {
    const word = flag('condition.exists', exists) ? 'isNot' : 'is';
    add('exists', { [word]: 0 } as Comparison<number>, 'create', (createRevision) => ({ createRevision }));
  }
  if (value !== undefined) add<V>('value', value, 'value', (it) => ({ value: code.value(it, 'condition.value') }));
  if (version !== undefined) add('version', version, 'version', (it) => ({ version: number('version')(it) }));
  if (createRevision !== undefined)
    add('createRevision', createRevision, 'create', (it) => ({ createRevision: number('createRevision')(it) }));
  if (modRevision !== undefined)
    add('modRevision', modRevision, 'mod', (it) => ({ modRevision: number('modRevision')(it) }));
  if (lease !== undefined) add('lease', lease, 'lease', (it) => ({ lease: leaseOf(it) }));
  if (all.length === 0) throw new UsageError('condition', `must have at least one of ${KEYS.join(', ')}`);
  return all;
}

/** The word and the operand of a comparison. */
function split<T>(argument: string, comparison: Comparison<T>): readonly [Word, T] {
  if (typeof comparison !== 'object' || comparison === null) return ['is', comparison];
  const [word, ...others] = Object.keys(knownKeys(argument, comparison, Object.keys(RESULTS))) as Word[];
  if (word === undefined || others.length > 0)
    throw new UsageError(argument, `must have one of ${Object.keys(RESULTS).join(', ')}`);
  return [word, (comparison as Record<Word, T>)[word]];
}

function leaseOf(lease: bigint): bigint {
  if (typeof lease === 'bigint' && lease >= 0n && lease < 1n << 63n) return lease;
  throw new UsageError('condition.lease', `must be a bigint from 0 to 2^63 - 1, not ${show(lease)}`);
}
