import type { Observable } from 'rxjs';
import { type Codec, ValueError } from './codecs.js';
import { type Found, type Freshness, type Watched, freshness } from './watched.js';

/** A number that many change. */
export interface Counter {
  /** The count now and after every change, as the store's `watch` shows a value. Where there is none it is 0. */
  readonly value$: Observable<WatchedCount>;
  /**
   * Adds, exactly once. **Emits** the sum. **When the reply is lost**, errors with effect `'unknown'`: once or not at
   * all.
   */
  add(amount: number): Observable<number>;
}

/**
 * A count as it is shown: `'present'` with its `value`, `'denied'` where it may not be read, `'unreadable'` with the
 * `error` where the store holds no integer.
 */
export type WatchedCount = Exclude<Watched<number>, { readonly kind: 'absent' }>;

/** A whole number as digits, as kazoo's `Counter` keeps its own. No data reads as 0. */
export const digits: Codec<number> = {
  encode(value) {
    if (!Number.isSafeInteger(value))
      throw new ValueError(`counter: ${value} is no integer that a number holds exactly`);
    return new TextEncoder().encode(String(value));
  },
  decode(bytes) {
    const text = new TextDecoder().decode(bytes ?? undefined);
    const value = text === '' ? 0 : Number(text);
    if (!/^-?\d*$/.test(text) || !Number.isSafeInteger(value))
      throw new ValueError('counter: the data is no integer that a number holds exactly');
    return value;
  },
};

/** A watched number as a count. */
export function countOf({ kind, value, error, cause }: Found<number> & Freshness): WatchedCount {
  if (kind === 'denied') return { kind, ...freshness(cause) };
  if (kind === 'unreadable') return { kind, error, ...freshness(cause) };
  return { kind: 'present', value: value ?? 0, ...freshness(cause) };
}
