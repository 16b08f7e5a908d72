import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SessionError } from '../../../lib/core/errors.js';
import { digestMd5 } from '../../../lib/zookeeper/session/digestMd5.js';

/** The example of RFC 2831, section 4. */
const CHRIS = { username: 'chris', password: 'secret', service: 'imap', serverName: 'elwood.innosoft.com', cnonce: 'OA6MHXh6VqTrRk' };
const CHALLENGE = 'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8';
const SERVER = { host: 'elwood.innosoft.com', port: 143 };

function exchange(options = CHRIS) {
  const run = digestMd5(options).start(SERVER);
  const step = (text: string) => {
    const [token] = run.step(Buffer.from(text)) as readonly (Uint8Array | undefined)[];
    return token === undefined ? undefined : Buffer.from(token).toString('utf8');
  };
  return { run, step };
}

describe('DIGEST-MD5', () => {
  it('begins with an empty token', () => expect(exchange().run.step(null)).toEqual([new Uint8Array(0)]));

  it('answers the challenge of the RFC as the RFC does, and is content with its proof', () => {
    const { run, step } = exchange();
    expect(step(CHALLENGE)).toContain('response=d388dad90d4bbd760a152321f2143af7,');
    expect(run.complete).toBe(false);
    expect(step('rspauth=ea40f60335c427b5527b84dbabcdfffd')).toBeUndefined();
    expect(run.complete).toBe(true);
  });

  it('refuses a server that cannot prove that it knows the password', () => {
    const { run, step } = exchange();
    step(CHALLENGE);
    expect(() => step('rspauth=ea40f60335c427b5527b84dbabcdffff')).toThrow(SessionError);
    expect(() => step('')).toThrow('does not know the password');
    expect(run.complete).toBe(false);
  });

  it.each([
    ['no nonce', 'qop="auth",algorithm=md5-sess'],
    ['another algorithm', CHALLENGE.replace('md5-sess', 'md5')],
    ['more than authentication', CHALLENGE.replace('"auth"', '"auth-conf"')],
    ['a challenge without end', `nonce="${'x'.repeat(3000)}"`],
    ['an unclosed quote', 'nonce="abc'],
  ])('ends with AUTH_FAILED for %s', (_, challenge) => {
    expect(() => exchange().step(challenge)).toThrow(expect.objectContaining({ code: 'AUTH_FAILED' }));
  });

  it('quotes what has quotes in it', () => {
    expect(exchange({ ...CHRIS, username: 'a"b\\c' }).step(CHALLENGE)).toContain('username="a\\"b\\\\c"');
  });

  it('survives any challenge', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          digestMd5(CHRIS).start(SERVER).step(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'AUTH_FAILED' });
        }
      })
    );
  });
});
