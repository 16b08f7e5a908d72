import { createHash, randomBytes } from 'node:crypto';
import { knownKeys } from '../../core/check.js';
import { SessionError, UsageError } from '../../core/errors.js';
import { type Bytes, type Directives, LATIN1, digestDirectives, failed, only } from './digestDirectives.js';
import type { SaslExchange, SaslMechanism } from './saslMechanism.js';

/** The user and the password of a login, and, rarely needed, the service. */
export interface DigestMd5Options {
  readonly username: string;
  readonly password: string;
  /** Default `'zookeeper'`. */
  readonly service?: string;
  /** The name that ZooKeeper gives its servers in this exchange, whatever they are called. Default `'zk-sasl-md5'`. */
  readonly serverName?: string;
  /** The client's nonce. Default: 24 random bytes, in base64, for each connection; fix it for tests only. */
  readonly cnonce?: string;
}

const OPTIONS: readonly (keyof DigestMd5Options)[] = ['username', 'password', 'service', 'serverName', 'cnonce'];
const NONCE_COUNT = '00000001';

/**
 * SASL DIGEST-MD5 (RFC 2831): a user name and a password, which is never sent; the server, too, must prove that it
 * knows it. It protects the login, and nothing that is said after it: across an open network, use TLS as well. Where
 * MD5 is forbidden, as under FIPS, it ends with `AUTH_FAILED`.
 *
 * @example
 * ```ts
 * import { connect, digestMd5 } from 'quorum-rx';
 *
 * connect('zk1:2181', { sasl: digestMd5({ username: 'bob', password: 'secret' }) }).subscribe();
 * ```
 */
export function digestMd5(options: DigestMd5Options): SaslMechanism {
  const checked = { service: 'zookeeper', serverName: 'zk-sasl-md5', ...knownKeys('options', options, OPTIONS) };
  for (const key of ['username', 'password', 'service', 'serverName'] as const)
    checkText(key, checked[key], key === 'password' ? 0 : 1);
  return { name: 'DIGEST-MD5', start: () => new DigestMd5Exchange(checked) };
}

class DigestMd5Exchange implements SaslExchange {
  readonly #options: Required<Omit<DigestMd5Options, 'cnonce'>> & DigestMd5Options;
  #expected: string | undefined; // the proof that the server owes us
  complete = false;

  constructor(options: Required<Omit<DigestMd5Options, 'cnonce'>> & DigestMd5Options) {
    this.#options = options;
  }

  step(token: Uint8Array | null): readonly (Uint8Array | undefined)[] {
    if (token === null) return [new Uint8Array(0)];
    const directives = digestDirectives(token);
    if (this.#expected === undefined) return [this.#answer(directives)];
    if (only(directives, 'rspauth') !== this.#expected)
      throw failed('the server has not proved that it knows the password');
    this.complete = true;
    return [undefined];
  }

  #answer(challenge: Directives): Uint8Array {
    const { username, password, service, serverName, cnonce = randomBytes(24).toString('base64') } = this.#options;
    const nonce = only(challenge, 'nonce');
    if (nonce === undefined) throw failed('the challenge has no nonce');
    if (only(challenge, 'algorithm') !== 'md5-sess') throw failed('the server wants another algorithm than md5-sess');
    const qop = only(challenge, 'qop') ?? 'auth';
    if (!qop.split(/[ \t\r\n]*,[ \t\r\n]*/).includes('auth'))
      throw failed(`the server demands more than authentication: ${JSON.stringify(qop)}`);
    const utf8 = only(challenge, 'charset')?.toLowerCase() === 'utf-8';
    const realm = challenge.get('realm')?.[0]; // of several, any will do
    const uri = encoded(`${service}/${serverName}`, utf8);

    const hashableRealm = realm === undefined ? '' : hashable(decoded(realm, utf8), utf8);
    const secret = md5(`${hashable(username, utf8)}:${hashableRealm}:${hashable(password, utf8)}`, 'latin1');
    const a1 = md5(`${secret}:${nonce}:${cnonce}`);
    const proof = (a2: Bytes) => md5(`${a1}:${nonce}:${NONCE_COUNT}:${cnonce}:auth:${md5(a2)}`);
    this.#expected = proof(`:${uri}`);
    const answer = [
      ...(utf8 ? ['charset=utf-8'] : []),
      `username=${quoted(encoded(username, utf8))}`,
      ...(realm === undefined ? [] : [`realm=${quoted(realm)}`]),
      `nonce=${quoted(nonce)}`,
      `nc=${NONCE_COUNT}`,
      `cnonce=${quoted(cnonce)}`,
      `digest-uri=${quoted(uri)}`,
      `response=${proof(`AUTHENTICATE:${uri}`)}`,
      'qop=auth',
    ];
    return Buffer.from(answer.join(), 'latin1');
  }
}

function checkText(key: string, text: unknown, shortest: number): void {
  if (typeof text !== 'string' || text.length < shortest)
    throw new UsageError(`options.${key}`, shortest === 0 ? 'must be a string' : 'must be a string, and not empty');
  if (/\p{Surrogate}/u.test(text)) throw new UsageError(`options.${key}`, 'must not contain half a surrogate pair');
}

function encoded(text: string, utf8: boolean): Bytes {
  if (utf8) return Buffer.from(text, 'utf8').toString('latin1');
  if (LATIN1.test(text)) return text;
  throw failed('the server understands no characters but those of ISO 8859-1, and user name or password has others');
}

/** Text within ISO 8859-1 is hashed in that encoding, even if it is sent in UTF-8: RFC 2831, 2.1.2.1. */
function hashable(text: string, utf8: boolean): Bytes {
  return LATIN1.test(text) ? text : encoded(text, utf8);
}

function decoded(bytes: Bytes, utf8: boolean): string {
  return utf8 ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}

function quoted(value: Bytes): Bytes {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

function md5(bytes: Bytes, encoding: 'hex' | 'latin1' = 'hex'): Bytes {
  try {
    return createHash('md5').update(bytes, 'latin1').digest().toString(encoding);
  } catch (cause) {
    throw new SessionError('AUTH_FAILED', 'SASL DIGEST-MD5: MD5 is not available in this process (FIPS?)', 'none', {
      cause,
    });
  }
}
