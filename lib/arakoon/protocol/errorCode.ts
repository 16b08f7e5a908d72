/** Why a server refuses: its own words, in capitals. */
export type ArakoonCode = (typeof CODES)[keyof typeof CODES];

declare module '../../core/errors.js' {
  interface KnownErrors {
    readonly arakoon: ServerError<ArakoonCode | 'UNKNOWN'> | ConnectionLostError<'NO_MASTER'>;
  }
}

export const CODES = {
  1: 'NO_MAGIC',
  2: 'TOO_MANY_DEAD_NODES',
  3: 'NO_HELLO',
  4: 'NOT_MASTER',
  5: 'NOT_FOUND',
  6: 'WRONG_CLUSTER',
  7: 'ASSERTION_FAILED',
  8: 'READ_ONLY',
  9: 'OUTSIDE_INTERVAL',
  16: 'GOING_DOWN',
  32: 'NOT_SUPPORTED',
  33: 'NO_LONGER_MASTER',
  38: 'BAD_INPUT',
  128: 'INCONSISTENT_READ',
  129: 'USER_FUNCTION_FAILED',
  130: 'USER_HOOK_NOT_FOUND',
  254: 'MAX_CONNECTIONS',
  255: 'UNKNOWN_FAILURE',
} as const;

export const OK = 0;
/** The one that comes without a message. */
export const NO_MAGIC = 1;
const NOT_FOUND = 5;

/** After which the server keeps the connection; after any other it closes. */
const KEEPS: ReadonlySet<number> = new Set([OK, 5, 7, 33, 38, 128]);
/** The commands that every server knows, and that say "not found" with a key, which may be anything. */
const NAME_KEYS: ReadonlySet<number> = new Set([0x0a, 0x10, 0x11, 0x24]);

/** The word for a number; `UNKNOWN` for one that this version has never heard of. */
export function codeOf(number: number): ArakoonCode | 'UNKNOWN' {
  return (CODES as Readonly<Record<number, ArakoonCode>>)[number] ?? 'UNKNOWN';
}

/**
 * Whether the server closes the connection with this answer to the command of this tag: commands after it were not
 * executed then. For a command that it does not know, a server says "not found", and closes.
 */
export function closes(number: number, message: string, tag?: number): boolean {
  if (!KEEPS.has(number)) return true;
  return (
    number === NOT_FOUND &&
    tag !== undefined &&
    !NAME_KEYS.has(tag) &&
    message === `${tag.toString(16)}: command not found`
  );
}
