import { ValueError, utf8 } from '../../core/codecs.js';

/**
 * Turns values into bytes and back. The name is kept with every entry, so that a reader knows how it was written. Both
 * ways throw a `ValueError` for a value that they cannot turn.
 */
export interface HiveCodec<T> {
  /** The name, with the version of its form where that may change: `'objects/1'`. */
  readonly name: string;
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): T;
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
