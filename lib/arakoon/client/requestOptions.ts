import type { Observable } from 'rxjs';
import type { Codec } from '../../core/codecs.js';
import type { Consistency } from '../protocol/consistency.js';
import type { CallOptions } from '../session/callOptions.js';

/** How fresh a read must be, and how else it is treated. */
export interface ReadOptions extends CallOptions {
  /** Default `'consistent'`. */
  readonly consistency?: Consistency | undefined;
}

/** How many keys are wanted. */
export interface PrefixOptions extends ReadOptions {
  /** At most so many, of the first. Default: all. */
  readonly max?: number | undefined;
}

/** A part of the keys, which are in the order of their bytes. Without a bound it goes as far as there are keys. */
export interface Range<K> {
  readonly begin?: K | null | undefined;
  /** Default `true`. */
  readonly beginInclusive?: boolean | undefined;
  readonly end?: K | null | undefined;
  /** Default `false`. */
  readonly endInclusive?: boolean | undefined;
  /** At most so many, from `begin` on. Default: all. */
  readonly max?: number | undefined;
}

/** How a sequence is done. */
export interface SequenceOptions extends CallOptions {
  /** Whether it is on the disk before it is answered. Default `false`. */
  readonly sync?: boolean | undefined;
}

/** The options of a hook. */
export interface UserHookOptions extends ReadOptions {
  /** The bytes to send, after its name. */
  readonly input$?: Observable<Uint8Array>;
}

/** How a view differs from the one that it is made of. */
export interface ViewOptions<K, V> extends ReadOptions {
  /** The codec of keys. */
  readonly key?: Codec<K>;
  /** The codec of values. One that encodes to `null` is refused: Arakoon has no such value. */
  readonly value?: Codec<V>;
}
