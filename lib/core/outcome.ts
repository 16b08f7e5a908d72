import type { Observable } from 'rxjs';
import type { CoordinationError } from './errors.js';

/**
 * The outcome of one request of a batch.
 *
 * - `refused`: the store, or the client, said no.
 * - `lost`: it was sent, and no answer came; a write may have been applied.
 * - `retriable`: no answer came, and nothing was changed.
 */
export type Outcome<T> =
  | { readonly kind: 'reply'; readonly value: T }
  | { readonly kind: 'refused' | 'lost' | 'retriable'; readonly error: CoordinationError };

/** The outcomes of these requests. */
export type Outcomes<R extends readonly Observable<unknown>[]> = {
  readonly [K in keyof R]: R[K] extends Observable<infer T> ? Outcome<T> : never;
};
