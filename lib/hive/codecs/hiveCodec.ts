import { having, text as checkText } from '../../core/check.js';
import { ValueError, utf8 } from '../../core/codecs.js';
import { UsageError } from '../../core/errors.js';

/** Characters of the longest name of a codec: each entry has it. */
const LONGEST_NAME = 200;

/**
 * Turns values into bytes and back. The name is kept with every entry, so that a reader knows how it was written. Both
 * ways throw a `ValueError` for a value that they cannot turn.
 *
 * @example
 * ```ts
 * import { type HiveCodec, compressed, hive } from 'quorum-rx/hive';
 * import { cells } from 'quorum-rx/etcd';
 *
 * const points: HiveCodec<readonly number[]> = {
 *   name: 'points/1',
 *   encode: (value) => new Uint8Array(Float64Array.from(value).buffer),
 *   decode: (bytes) => Array.from(new Float64Array(Uint8Array.from(bytes).buffer)),
 * };
 * const tracks = hive((place) => cells(etcd, `tracks/${place}/`), compressed(points));
 * tracks.put('monday', [1.5, 2.5]).subscribe();
 * ```
 */
export interface HiveCodec<T> {
  /** The name, with the version of its form where that may change: `'objects/1'`. At most 200 characters. */
  readonly name: string;
  /**
   * Whether a hive with this codec refuses to read values that another codec has written. Default `false`: the name in
   * the entry chooses the codec.
   */
  readonly exclusive?: boolean;
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): T;
  /**
   * Whether bytes are those of a value: for a codec that makes other bytes of one value each time. `compareAndSwap` and
   * `removeIf` ask for it. Default: compares the bytes that `encode` makes.
   */
  holds?(bytes: Uint8Array, value: T): boolean;
}

/** A codec of a hive, with a name that an entry can keep. */
export function checkHiveCodec<T>(argument: string, codec: HiveCodec<T>): HiveCodec<T> {
  having(argument, codec, 'a codec with a name, such as objects or json', ['encode', 'decode']);
  const { length } = checkText(`${argument}.name`, codec.name);
  if (length === 0 || length > LONGEST_NAME)
    throw new UsageError(`${argument}.name`, `must have 1 to ${LONGEST_NAME} characters, not ${length}`);
  return codec;
}

/** Bytes, as they are. */
export const raw: HiveCodec<Uint8Array> = {
  name: 'raw',
  encode(value) {
    if (value instanceof Uint8Array) return value;
    throw new ValueError('raw: the value is not a Uint8Array');
  },
  decode: (bytes) => bytes,
};

/** Text, in UTF-8. */
export const text: HiveCodec<string> = {
  name: 'text',
  encode: (value) => utf8.encode(value)!,
  decode: (bytes) => utf8.decode(bytes),
};
