import { equalBytes } from '../../bytes/equalBytes.js';
import { type HiveCodec, checkHiveCodec } from './hiveCodec.js';

/** A change of bytes, and the way back. */
export interface Wrapping {
  /** The name in front of that of the codec. */
  readonly name: string;
  /** As {@link HiveCodec.exclusive}. */
  readonly exclusive: boolean;
  wrap(bytes: Uint8Array): Uint8Array;
  /** Throws a `ValueError`. */
  unwrap(bytes: Uint8Array): Uint8Array;
}

/** A codec whose bytes are changed once more. */
export function wrappedCodec<T>(codec: HiveCodec<T>, { name, exclusive, wrap, unwrap }: Wrapping): HiveCodec<T> {
  const wrapped: HiveCodec<T> = {
    name: `${name}+${codec.name}`,
    exclusive: exclusive || codec.exclusive === true,
    encode: (value) => wrap(codec.encode(value)),
    decode: (bytes) => codec.decode(unwrap(bytes)),
    holds(bytes, value) {
      const inner = unwrap(bytes);
      return codec.holds?.(inner, value) ?? equalBytes(inner, codec.encode(value));
    },
  };
  return checkHiveCodec('codec', wrapped);
}
