import { type Codec, bytes, valueFault } from '../../core/codecs.js';

/** Keys and values as they are on the wire, where they are always something: for recipes that compare them. */
export const raw = bytes as Codec<Uint8Array>;

/** Decodes bytes. Throws an error that names the recipe and the key. */
export function decoded<T>(codec: Codec<T>, bytes: Uint8Array, operation: string, key: unknown): T {
  try {
    return codec.decode(bytes);
  } catch (error) {
    throw valueFault(error, { operation, path: String(key) });
  }
}
