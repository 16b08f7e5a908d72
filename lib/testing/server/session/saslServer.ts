import { createHash, randomBytes } from 'node:crypto';

const REALM = 'zk-sasl-md5';
const DIRECTIVE = /([a-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([^,]*))/g;

/** The server's side of one login by SASL DIGEST-MD5 (RFC 2831), as Java's: one realm, `auth` only, UTF-8. */
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
    const user = said.get('username') ?? '';
    const password = this.#users.get(user);
    if (password === undefined || said.get('nonce') !== this.#nonce || said.get('nc') !== '00000001' || said.get('digest-uri') !== `zookeeper/${REALM}`) return undefined;
    const secret = md5(Buffer.from(`${user}:${said.get('realm') ?? ''}:${password}`));
    const a1 = md5(Buffer.concat([secret, Buffer.from(`:${this.#nonce}:${said.get('cnonce')}`)])).toString('hex');
    const proof = (a2: string) => md5(Buffer.from(`${a1}:${this.#nonce}:00000001:${said.get('cnonce')}:auth:${md5(Buffer.from(a2)).toString('hex')}`)).toString('hex');
    const uri = said.get('digest-uri');
    if (said.get('response') !== proof(`AUTHENTICATE:${uri}`)) return undefined;
    this.user = user;
    return Buffer.from(`rspauth=${proof(`:${uri}`)}`);
  }
}

function directives(token: Uint8Array): ReadonlyMap<string, string> {
  const text = Buffer.from(token).toString();
  return new Map([...text.matchAll(DIRECTIVE)].map(([, name, quoted, bare]) => [name!, quoted?.replace(/\\(.)/g, '$1') ?? bare!]));
}

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest();
}
