import { CoordinationError } from '../core/errors.js';

declare module '../core/errors.js' {
  interface KnownErrors {
    readonly store: UnwatchedError;
  }
}

/** The cause of a value that is stale because nothing is subscribed to it. */
export class UnwatchedError extends CoordinationError {
  readonly layer = 'usage';
  declare readonly code: 'UNWATCHED';
  readonly effect = 'none';

  constructor() {
    super('UNWATCHED', 'nothing is subscribed to this value, so it may be outdated');
  }
}

/**
 * Marks a watched value as stale, with an {@link UnwatchedError} as its cause: for the option `idle` of a live value. A
 * value that is stale already keeps its cause, and `undefined` stays `undefined`.
 *
 * @example
 * const node = live(zk.watch('/theme', { codec: json() }), undefined, { idle: markStale });
 */
export function markStale<T extends { readonly stale: boolean } | undefined>(last: T): T {
  return last === undefined || last.stale ? last : { ...last, stale: true, cause: new UnwatchedError() };
}
