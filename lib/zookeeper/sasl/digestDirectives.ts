import { SessionError } from '../../core/errors.js';

/**
 * Text as a string of bytes, one character (up to U+00FF) each: DIGEST-MD5 hashes and sends bytes, in one of two
 * encodings.
 */
export type Bytes = string;
/** The message of one side in DIGEST-MD5: its directives by their lower-case names. */
export type Directives = ReadonlyMap<string, readonly Bytes[]>;

export const LATIN1 = /^[\0-\xff]*$/;
const LONGEST = 2048; // RFC 2831, 2.1.1
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const LWS = '[ \\t\\r\\n]*';
/**
 * `name=value` or `name="quoted \"value\""`; between two of them commas, of which some may have nothing between them.
 */
const DIRECTIVE = new RegExp(
  `[ \\t\\r\\n,]*(${TOKEN})${LWS}=${LWS}(?:"((?:[^"\\\\]|\\\\[^])*)"|(${TOKEN}))${LWS}(?:,[ \\t\\r\\n,]*|$)`,
  'gy'
);

/**
 * Reads the message of the other side, which may be anything. Throws a `SessionError` if it is no list of directives.
 */
export function digestDirectives(token: Uint8Array): Directives {
  if (token.length > LONGEST) throw failed(`the other side sent ${token.length} bytes; at most ${LONGEST} are allowed`);
  const text: Bytes = Buffer.from(token).toString('latin1');
  const directives = new Map<string, Bytes[]>();
  let end = 0;
  for (const hit of text.matchAll(DIRECTIVE)) {
    const [all, name, inQuotes, bare] = hit as unknown as [string, string, ...(string | undefined)[]];
    const key = name.toLowerCase();
    const value = inQuotes?.replace(/\\([^])/g, '$1') ?? bare!;
    directives.set(key, [...(directives.get(key) ?? []), value]);
    end = hit.index + all.length;
  }
  if (end < text.length) throw failed(`what the other side sent cannot be read at ${end}`);
  return directives;
}

/** The value of a directive that must not come twice: which of them counts would be the attacker's choice. */
export function only(directives: Directives, name: string): Bytes | undefined {
  const values = directives.get(name) ?? [];
  if (values.length > 1) throw failed(`the other side sent more than one ${name}`);
  return values[0];
}

export function failed(why: string): SessionError {
  return new SessionError('AUTH_FAILED', `SASL DIGEST-MD5: ${why}`);
}
