import { createHash, randomBytes } from 'node:crypto';
import { isCoordinationError } from '../../../core/errors.js';
import { javaText } from '../javaText.js';
import { type Bytes, LATIN1, digestDirectives, only } from '../../../zookeeper/sasl/digestDirectives.js';

const REALM = 'zk-sasl-md5';
const FIRST = '00000001';
/** Those that must not come twice. */
const SINGLE = ['username', 'realm', 'nonce', 'cnonce', 'nc', 'qop', 'digest-uri', 'response', 'charset'] as const;

type Said = Readonly<Partial<Record<(typeof SINGLE)[number], Bytes>>>;

/** The server's side of one login by SASL DIGEST-MD5 (RFC 2831), as Java's: one realm, `auth` only. */
export class SaslServer {
  readonly #users: ReadonlyMap<string, string>;
  #nonce: string | undefined;
  /** Who has logged in. */
  user: string | undefined;

  /** @param users their passwords */
  constructor(users: ReadonlyMap<string, string>) {
    this.#users = users;
  }

  /** Takes a token, and returns the answer to it; `undefined` when the login has failed. */
  step(token: Uint8Array): Uint8Array | undefined {
    if (this.#nonce === undefined) {
      this.#nonce = randomBytes(30).toString('base64');
      return Buffer.from(`realm="${REALM}",nonce="${this.#nonce}",charset=utf-8,algorithm=md5-sess`);
    }
    const said = directives(token);
    const user = decoded(said?.username ?? '');
    const password = this.#users.get(user);
    if (said === undefined || password === undefined || !this.#fits(said)) return undefined;
    const { cnonce, response, 'digest-uri': uri } = said;
    const secret = md5(`${hashable(user)}:${REALM}:${hashable(password)}`, 'latin1');
    const a1 = md5(`${secret}:${this.#nonce}:${cnonce}`);
    const proof = (a2: Bytes) => md5(`${a1}:${this.#nonce}:${FIRST}:${cnonce}:auth:${md5(a2)}`);
    if (response !== proof(`AUTHENTICATE:${uri}`)) return undefined;
    this.user = user;
    return Buffer.from(`rspauth=${proof(`:${uri}`)}`);
  }

  #fits({ realm, nonce, nc, qop = 'auth', charset = 'utf-8', ...said }: Said): boolean {
    return (
      realm === REALM &&
      nonce === this.#nonce &&
      nc === FIRST &&
      qop === 'auth' &&
      charset === 'utf-8' &&
      said['digest-uri'] === `zookeeper/${REALM}`
    );
  }
}

/** `undefined` for a token that cannot be read. */
function directives(token: Uint8Array): Said | undefined {
  try {
    const all = digestDirectives(token);
    return Object.fromEntries(SINGLE.map((name) => [name, only(all, name)]));
  } catch (error) {
    if (isCoordinationError(error)) return undefined;
    throw error;
  }
}

function decoded(bytes: Bytes): string {
  return javaText(Buffer.from(bytes, 'latin1'));
}

/**
 * Text within ISO 8859-1 is hashed in that encoding, and all other text in UTF-8, although both are sent in UTF-8: RFC
 * 2831, 2.1.2.1.
 */
function hashable(text: string): Bytes {
  return LATIN1.test(text) ? text : Buffer.from(text).toString('latin1');
}

function md5(bytes: Bytes, encoding: 'hex' | 'latin1' = 'hex'): Bytes {
  return createHash('md5').update(bytes, 'latin1').digest().toString(encoding);
}
