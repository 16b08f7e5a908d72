import type { FoundHead } from './foundHead.js';
import type { EntryFacts } from '../types.js';

/** An entry without its content. */
export function factsOf<V>({ head, version }: FoundHead<V>): EntryFacts<V> {
  const { size, codec, expiresAt, sliced } = head;
  return {
    version,
    size,
    codec,
    ...(expiresAt !== undefined && { expires: new Date(expiresAt) }),
    ...(sliced !== undefined && { upload: sliced.id, sha256: sliced.sha256 }),
  };
}
