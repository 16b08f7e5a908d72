import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { SaslServer } from '../../../../lib/testing/zookeeper/session/saslServer.js';
import { digestMd5 } from '../../../../lib/zookeeper/sasl/digestMd5.js';

const REALM = 'zk-sasl-md5';
const USERS = new Map(Object.entries({ bob: 'secret', ü: 'pä', plain: 'pä', ö: 'plain', han: '中文', emo: 'a😀b' }));

const utf8 = (text: string) => Buffer.from(text).toString('latin1');
const md5 = (bytes: string) => createHash('md5').update(bytes, 'latin1').digest();

interface Login {
  /** Bytes, one a character: the name as it is sent, and name and password as they are hashed. */
  readonly name?: string;
  readonly hashed?: readonly [name: string, password: string];
  readonly realm?: string | null;
  readonly uri?: string;
  readonly count?: string;
  /** What else is changed in the answer. */
  readonly edit?: (answer: string) => string;
}

/** Who has logged in, if somebody has. */
function login({
  name = 'bob',
  hashed = [name, 'secret'],
  realm = REALM,
  uri = `zookeeper/${REALM}`,
  count = '00000001',
  edit = (it) => it,
}: Login): string | undefined {
  const server = new SaslServer(USERS);
  const challenge = Buffer.from(server.step(new Uint8Array(0))!).toString();
  const nonce = /nonce="([^"]*)"/.exec(challenge)![1]!;
  const a1 = md5(`${md5(`${hashed[0]}:${realm ?? ''}:${hashed[1]}`).toString('latin1')}:${nonce}:cn`).toString('hex');
  const response = md5(`${a1}:${nonce}:${count}:cn:auth:${md5(`AUTHENTICATE:${uri}`).toString('hex')}`).toString('hex');
  const realmField = realm === null ? '' : `realm="${realm}",`;
  const answer =
    `charset=utf-8,username="${name}",${realmField}nonce="${nonce}",nc=${count},cnonce="cn",` +
    `digest-uri="${uri}",response=${response},qop=auth`;
  server.step(Buffer.from(edit(answer), 'latin1'));
  return server.user;
}

describe('a login by DIGEST-MD5', () => {
  it.each([...USERS])('is taken from this client: %s, with %s', (username, password) => {
    const server = new SaslServer(USERS);
    const exchange = digestMd5({ username, password }).start({ host: 'h', port: 1 });
    let token: Uint8Array;
    for (
      let next = [...(exchange.step(null) as Iterable<Uint8Array | undefined>)][0];
      next !== undefined;
      next = [...(exchange.step(token) as Iterable<Uint8Array | undefined>)][0]
    )
      token = server.step(next)!;
    expect(server.user).toBe(username);
  });

  it('hashes in ISO 8859-1 what fits, each of name and password by itself, although the name is sent in UTF-8', () => {
    expect(login({ name: utf8('ü'), hashed: ['ü', 'pä'] })).toBe('ü');
    expect(login({ name: utf8('ü'), hashed: [utf8('ü'), utf8('pä')] })).toBeUndefined();
    expect(login({ name: 'ü', hashed: ['ü', 'pä'] })).toBeUndefined();
    expect(login({ name: 'han', hashed: ['han', utf8('中文')] })).toBe('han');
  });

  // As 3.8.0 was seen to do.
  it.each<readonly [string, boolean, Login]>([
    ['without a charset', true, { edit: (it) => it.replace('charset=utf-8,', '') }],
    ['with a charset in capitals', false, { edit: (it) => it.replace('utf-8', 'UTF-8') }],
    ['with another charset', false, { edit: (it) => it.replace('utf-8', 'latin1') }],
    ['without a realm', false, { realm: null }],
    ['to another realm', false, { realm: 'x' }],
    ['with an escaped name', true, { name: 'b\\ob', hashed: ['bob', 'secret'] }],
    ['without qop', true, { edit: (it) => it.replace(',qop=auth', '') }],
    ['that wants integrity', false, { edit: (it) => it.replace('qop=auth', 'qop=auth-int') }],
    ['that counts from 2', false, { count: '00000002' }],
    ['to another service', false, { uri: 'other/zk-sasl-md5' }],
    ['with names in capitals', true, { edit: (it) => it.replace('username', 'UserName') }],
    ['with two user names', false, { edit: (it) => `${it},username="bob"` }],
    ['with two charsets', false, { edit: (it) => `${it},charset=utf-8` }],
    ['with a directive that nobody knows', true, { edit: (it) => `${it},foo=bar` }],
    ['with spaces', true, { edit: (it) => it.replaceAll(',', ' , ') }],
    ['with empty directives', true, { edit: (it) => it.replaceAll(',', ',,') }],
    ['with a wrong password', false, { hashed: ['bob', 'guess'] }],
    ['of nobody', false, { name: 'nobody' }],
    ['that is no list', false, { edit: () => 'bob:secret' }],
    ['that is too long', false, { edit: (it) => `${it},foo=${'x'.repeat(2048)}` }],
  ])('%s: %s', (_what, succeeds, how) => expect(login(how)).toBe(succeeds ? 'bob' : undefined));
});
