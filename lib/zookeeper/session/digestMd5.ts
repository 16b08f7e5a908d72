import { createHash, randomBytes } from 'node:crypto';
import { SessionError } from '../../core/errors.js';
import type { SaslExchange, SaslMechanism } from '../saslMechanism.js';

/** Who logs in with a password, and, rarely needed, as what service. */
export interface DigestMd5Options {
  readonly username: string;
  readonly password: string;
  /** Default `'zookeeper'`. */
  readonly service?: string;
  /** The name that ZooKeeper gives its servers in this exchange, whatever they are called. Default `'zk-sasl-md5'`. */
  readonly serverName?: string;
  /** The client's nonce. Default: 16 random bytes, in base64; fix it for tests only. */
  readonly cnonce?: string;
}

type Fields = ReadonlyMap<string, string>;

const LONGEST_CHALLENGE = 2048; // RFC 2831, 2.1.1
const LATIN1_ONLY = /^[\u0000-\u00ff]*$/;
const NONCE_COUNT = '00000001';

/**
 * SASL DIGEST-MD5 (RFC 2831): a user name and a password, which is never sent; the server, too, must prove that it knows
 * it. Only authentication (`qop=auth`). MD5 is not to be had under FIPS; there, and across an open network, use TLS.
 *
 * @example
 * ```ts
 * import { connect, digestMd5 } from 'quorum-rx';
 *
 * connect('zk1:2181', { sasl: digestMd5({ username: 'bob', password: 'secret' }) }).subscribe();
 * ```
 */
export function digestMd5(options: DigestMd5Options): SaslMechanism {
  return { name: 'DIGEST-MD5', start: () => new DigestMd5Exchange(options) };
}

class DigestMd5Exchange implements SaslExchange {
  readonly #options: DigestMd5Options;
  #expected: string | undefined; // the proof that the server owes us
  complete = false;

  constructor(options: DigestMd5Options) {
    this.#options = options;
  }

  step(token: Uint8Array | null): readonly (Uint8Array | undefined)[] {
    if (token === null) return [new Uint8Array(0)];
    const fields = parse(token);
    if (this.#expected === undefined) return [this.#answer(fields)];
    if (fields.get('rspauth') !== this.#expected) throw failed('the server does not know the password either');
    this.complete = true;
    return [undefined];
  }

  #answer(challenge: Fields): Uint8Array {
    const { username, password, service = 'zookeeper', serverName = 'zk-sasl-md5', cnonce = randomBytes(16).toString('base64') } = this.#options;
    const nonce = challenge.get('nonce');
    if (nonce === undefined) throw failed('the challenge has no nonce');
    if (!(challenge.get('qop') ?? 'auth').split(',').some((qop) => qop.trim() === 'auth')) throw failed('the server demands more than authentication');
    if (challenge.get('algorithm') !== 'md5-sess') throw failed('the server wants another algorithm than md5-sess');
    const utf8 = challenge.get('charset') === 'utf-8';
    const realm = challenge.get('realm') ?? '';
    const uri = `${service}/${serverName}`;
    const encode = (text: string) => Buffer.from(text, utf8 && !LATIN1_ONLY.test(text) ? 'utf8' : 'latin1');
    const secret = md5(Buffer.concat([encode(username), colon, encode(realm), colon, encode(password)]));
    const a1 = md5(Buffer.concat([secret, Buffer.from(`:${nonce}:${cnonce}`)])).toString('hex');
    const proof = (a2: string) => md5(`${a1}:${nonce}:${NONCE_COUNT}:${cnonce}:auth:${md5(a2).toString('hex')}`).toString('hex');
    this.#expected = proof(`:${uri}`);
    const fields = [
      ...(utf8 ? ['charset=utf-8'] : []),
      `username=${quoted(username)}`,
      ...(challenge.has('realm') ? [`realm=${quoted(realm)}`] : []),
      `nonce=${quoted(nonce)}`,
      `nc=${NONCE_COUNT}`,
      `cnonce=${quoted(cnonce)}`,
      `digest-uri=${quoted(uri)}`,
      'maxbuf=65536',
      `response=${proof(`AUTHENTICATE:${uri}`)}`,
      'qop=auth',
    ];
    return Buffer.from(fields.join(','), utf8 ? 'utf8' : 'latin1');
  }
}

const colon = Buffer.from(':');

/** Reads `name=value, name="quoted value"`, of which the first counts where a name comes twice. */
function parse(token: Uint8Array): Fields {
  if (token.length > LONGEST_CHALLENGE) throw failed(`a challenge of ${token.length} bytes`);
  const text = Buffer.from(token).toString('utf8');
  const fields = new Map<string, string>();
  const field = /[\s,]*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",\s]*))\s*(?:,|$)/gy;
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (found === null) throw failed('a challenge that cannot be read');
    const [, name, inQuotes, bare] = found;
    if (!fields.has(name!)) fields.set(name!, inQuotes?.replace(/\\(.)/g, '$1') ?? bare ?? '');
  }
  return fields;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function md5(data: string | Uint8Array): Buffer {
  try {
    return createHash('md5').update(data).digest();
  } catch (cause) {
    throw new SessionError('AUTH_FAILED', 'SASL DIGEST-MD5: MD5 is not to be had here (FIPS?)', 'none', { cause });
  }
}

function failed(why: string): SessionError {
  return new SessionError('AUTH_FAILED', `SASL DIGEST-MD5: ${why}`);
}
