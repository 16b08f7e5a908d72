import { array, flag, knownKeys } from '../../core/check.js';
import { type Codec, valueFault } from '../../core/codecs.js';
import { rawOf } from '../../core/rawOf.js';
import { UsageError } from '../../core/errors.js';
import type { Consistency } from '../protocol/consistency.js';
import type { RangeRequest } from '../protocol/ops/reads.js';
import { DEEPEST_SEQUENCE, type Step } from '../protocol/step.js';
import type { Range } from './requestOptions.js';
import { argumentOf, maxOf, text } from './arguments.js';
import { prefixEnd } from '../../core/prefixEnd.js';

const BOUNDS: readonly (keyof Range<unknown>)[] = ['begin', 'beginInclusive', 'end', 'endInclusive', 'max'];

/** How the keys and values of a view become bytes, and bytes become keys and values. */
export class ViewCodec<K, V> {
  readonly #key: Codec<K>;
  readonly #value: Codec<V>;
  readonly #longest: number;

  /** @param longest bytes of the largest value */
  constructor(key: Codec<K>, value: Codec<V>, longest: number) {
    this.#key = key;
    this.#value = value;
    this.#longest = longest;
  }

  readonly keyOf = (bytes: Uint8Array): K => this.#key.decode(bytes);
  readonly keysOf = (all: readonly Uint8Array[]): readonly K[] => all.map(this.keyOf);
  readonly valueOf = (bytes: Uint8Array): V => this.#value.decode(bytes);
  readonly valuesOf = (all: readonly Uint8Array[], keys: readonly K[]): readonly V[] =>
    all.map((bytes, i) => this.#valueAt(bytes, () => this.shown(keys[i]!)));
  readonly valueIfAny = (bytes: Uint8Array | null): V | null => (bytes === null ? null : this.#value.decode(bytes));
  readonly valuesIfAny = (all: readonly (Uint8Array | null)[], keys: readonly K[]): readonly (V | null)[] =>
    all.map((bytes, i) => (bytes === null ? null : this.#valueAt(bytes, () => this.shown(keys[i]!))));
  readonly entriesOf = (all: readonly (readonly [Uint8Array, Uint8Array])[]): readonly (readonly [K, V])[] =>
    all.map(([key, value]) => [this.keyOf(key), this.#valueAt(value, () => textOf(key))]);

  /** A key as errors show it. */
  shown(key: K): string | undefined {
    try {
      return textOf(this.key(key));
    } catch {
      return undefined;
    }
  }

  key(key: K, argument = 'key'): Uint8Array {
    return rawOf(this.#key, argument, key);
  }

  keys(keys: readonly K[], argument = 'keys'): readonly Uint8Array[] {
    return array(argument, keys).map((key, i) => this.key(key, `${argument}[${i}]`));
  }

  range(range: Range<K>, consistency: Consistency): RangeRequest {
    const { begin, beginInclusive = true, end, endInclusive = false, max } = knownKeys('range', range, BOUNDS);
    const [first, last] = [this.#bound('range.begin', begin), this.#bound('range.end', end)];
    return {
      consistency,
      begin: first,
      beginInclusive: flag('range.beginInclusive', beginInclusive) || first === null, // or servers leave out the key ''
      end: last,
      endInclusive: flag('range.endInclusive', endInclusive) || last === null,
      max: maxOf('range.max', max),
    };
  }

  /** All keys that begin with a prefix. */
  prefixed(prefix: K, max: number | undefined, consistency: Consistency): RangeRequest {
    const begin = this.key(prefix, 'prefix');
    const end = prefixEnd(begin);
    return {
      consistency,
      begin,
      beginInclusive: true,
      end,
      endInclusive: end === null,
      max: maxOf('options.max', max),
    };
  }

  value(value: V, argument = 'value'): Uint8Array {
    return rawOf(this.#value, argument, value);
  }

  /** A value that is compared, or `null`. */
  maybe(value: V | null, argument = 'value'): Uint8Array | null {
    return value === null ? null : this.value(value, argument);
  }

  /** A value that is written, outside of a sequence. */
  stored(value: V, argument = 'value'): Uint8Array {
    const encoded = this.value(value, argument);
    if (encoded.length > this.#longest)
      throw new UsageError(
        argument,
        `must have at most ${this.#longest} bytes, not ${encoded.length}; see maxValueBytes`
      );
    return encoded;
  }

  storedIfAny(value: V | null, argument = 'value'): Uint8Array | null {
    return value === null ? null : this.stored(value, argument);
  }

  steps(steps: readonly Step<K, V>[]): readonly Step[] {
    return this.#sequence(steps, 'steps', 1);
  }

  #valueAt(bytes: Uint8Array, key: () => string | undefined): V {
    try {
      return this.#value.decode(bytes);
    } catch (error) {
      throw valueFault(error, { path: key() });
    }
  }

  #bound(argument: string, key: K | null | undefined): Uint8Array | null {
    return key === null || key === undefined ? null : this.key(key, argument);
  }

  #sequence(steps: readonly Step<K, V>[], argument: string, depth: number): readonly Step[] {
    // or it contains itself
    if (depth > DEEPEST_SEQUENCE) throw new UsageError('steps', `must not be nested deeper than ${DEEPEST_SEQUENCE}`);
    return array(argument, steps).map((step, i) => this.#step(step, `${argument}[${i}]`, depth));
  }

  #step(step: Step<K, V>, at: string, depth: number): Step {
    switch (step?.kind) {
      case 'set':
        return {
          kind: 'set',
          key: this.key(step.key, `${at}.key`),
          value: this.value(step.value, `${at}.value`),
          prefix: step.prefix,
        };
      case 'delete':
      case 'assertExists':
        return { kind: step.kind, key: this.key(step.key, `${at}.key`) };
      case 'testAndSet':
        return {
          kind: 'testAndSet',
          key: this.key(step.key, `${at}.key`),
          expected: this.maybe(step.expected, `${at}.expected`),
          wanted: this.maybe(step.wanted, `${at}.wanted`),
        };
      case 'assert':
      case 'replace':
        return { kind: step.kind, key: this.key(step.key, `${at}.key`), value: this.maybe(step.value, `${at}.value`) };
      case 'deletePrefix':
        return { kind: 'deletePrefix', prefix: this.key(step.prefix, `${at}.prefix`) };
      case 'assertRange': // servers compare the keys in their order
        return {
          kind: 'assertRange',
          prefix: this.key(step.prefix, `${at}.prefix`),
          keys: this.keys(step.keys, `${at}.keys`).toSorted(Buffer.compare),
        };
      case 'sequence':
        return { kind: 'sequence', steps: this.#sequence(step.steps, `${at}.steps`, depth + 1) };
      case 'userFunction':
        return {
          kind: 'userFunction',
          name: text(`${at}.name`, step.name),
          argument: argumentOf(`${at}.argument`, step.argument),
        };
      case 'nop':
        return step;
      default:
        throw new UsageError(at, 'must be a step, as the functions of `steps` make them');
    }
  }
}

function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString();
}
