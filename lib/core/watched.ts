import { type Codec, valueFault } from './codecs.js';
import type { CoordinationError } from './errors.js';

/**
 * Whether a shown value may be outdated. While `stale` is true, the value is the last one that was known, and `cause`
 * is the failure that made it stale: a lost connection, or a refusal of the server.
 */
export type Freshness =
  { readonly stale: false; readonly cause?: undefined } | { readonly stale: true; readonly cause: CoordinationError };

/**
 * The result of a read, told apart by `kind`.
 *
 * - `'present'`: there is a value.
 * - `'absent'`: there is no such node or key.
 * - `'denied'`: this identity may not read it.
 * - `'unreadable'`: there is a value, but it cannot be shown. `error` says why and names the path: the codec refused
 *   the bytes (`BAD_VALUE`), or the reply was too large (`REPLY_TOO_LARGE`).
 *
 * The fields of one kind are `undefined` in the others, so `found.value?.colour` compiles without a test of the kind.
 *
 * @typeParam Extra what the store tells beside the value, such as `{ stat: Stat }`
 */
export type Found<T, Extra = unknown> =
  | ({ readonly kind: 'present'; readonly value: T; readonly error?: undefined } & Extra)
  | ({ readonly kind: 'absent'; readonly value?: undefined; readonly error?: undefined } & Without<Extra>)
  | ({ readonly kind: 'denied'; readonly value?: undefined; readonly error?: undefined } & Without<Extra>)
  | ({ readonly kind: 'unreadable'; readonly value?: undefined; readonly error: CoordinationError } & Partial<Extra>);

/**
 * A watched value: the result of the last read, and whether it may be outdated. Every store shows its values in this
 * shape.
 *
 * @example
 * ```ts
 * zk.watch('/colour', { codec: utf8 }).subscribe((node) => {
 *   if (node.kind === 'present') console.log(node.value, node.stale ? `(perhaps old: ${node.cause.message})` : '');
 *   else console.log(node.kind);
 * });
 * ```
 */
export type Watched<T, Extra = unknown> = Found<T, Extra> & Freshness;

type Without<Extra> = { readonly [K in keyof Extra]?: undefined };

const FRESH: Freshness = { stale: false };

/** The {@link Freshness} of a value; without a cause it is fresh. */
export function freshness(cause: CoordinationError | undefined): Freshness {
  return cause === undefined ? FRESH : { stale: true, cause };
}

/** Whether two lists have the same elements, in the same order. */
export function sameElements<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((element, i) => element === b[i]);
}

/** The value in these bytes, or the error with which the codec refused them. */
export type Decoded<T> =
  | { readonly kind: 'present'; readonly value: T; readonly error?: undefined }
  | { readonly kind: 'unreadable'; readonly value?: undefined; readonly error: CoordinationError };

/** Decodes bytes for a stream that outlives a bad value. The error names the method and the path. */
export function decodedOrError<T>(
  codec: Pick<Codec<T>, 'decode'>,
  bytes: Uint8Array | null,
  operation: string,
  path: string
): Decoded<T> {
  try {
    return { kind: 'present', value: codec.decode(bytes) };
  } catch (cause) {
    return { kind: 'unreadable', error: valueFault(cause, { operation, path }) };
  }
}
