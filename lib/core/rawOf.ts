import { bytes as checkBytes } from './check.js';
import { type Codec, ValueError } from './codecs.js';
import { UsageError, isCoordinationError } from './errors.js';

/**
 * The bytes of a key or a value, for a store without null. Throws an error that names the argument, where the codec
 * refuses the value.
 */
export function rawOf<T>(codec: Codec<T>, argument: string, value: T): Uint8Array {
  let encoded: Uint8Array | null;
  try {
    encoded = codec.encode(value);
  } catch (error) {
    if (!isCoordinationError(error))
      throw new ValueError(`${argument}: the codec has failed${error instanceof Error ? `: ${error.message}` : ''}`, {
        cause: error,
      });
    error.message = `${argument}: ${error.message}`;
    throw error;
  }
  if (encoded === null) throw new UsageError(argument, 'must not be encoded to null: this store has no such value');
  return checkBytes(argument, encoded);
}
