import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import crypto, { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Observable, lastValueFrom, of, throwError } from 'rxjs';
import { UsageError } from '../../../lib/core/errors.js';
import { refusal } from '../../../lib/zookeeper/protocol/errorCode.js';
import { authenticate } from '../../../lib/zookeeper/session/authenticate.js';
import { type DigestMd5Options, digestMd5 } from '../../../lib/zookeeper/sasl/digestMd5.js';

/** The example of RFC 2831, section 4. */
const CHRIS = {
  username: 'chris',
  password: 'secret',
  service: 'imap',
  serverName: 'elwood.innosoft.com',
  cnonce: 'OA6MHXh6VqTrRk',
};
const CHALLENGE = 'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8';
const SERVER = { host: 'elwood.innosoft.com', port: 143 };
const AUTH_FAILED = expect.objectContaining({
  code: 'AUTH_FAILED',
  effect: 'none',
  message: expect.stringMatching(/^SASL DIGEST-MD5: /),
}) as never;

/** One run; bytes travel as ISO 8859-1, so that every byte is a character. */
function exchange(options: DigestMd5Options = CHRIS) {
  const run = digestMd5(options).start(SERVER);
  const step = (text: string | null) => {
    const [token] = run.step(text === null ? null : Buffer.from(text, 'latin1')) as readonly (Uint8Array | undefined)[];
    return token === undefined ? undefined : Buffer.from(token).toString('latin1');
  };
  return { run, step };
}

/** What a client answers, by the names of its parts. */
const answerTo = (challenge: string, options: Partial<DigestMd5Options> = {}) =>
  partsOf(exchange({ ...CHRIS, ...options }).step(challenge)!);
const bytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

afterEach(() => void jest.restoreAllMocks());

describe('DIGEST-MD5', () => {
  it('begins with an empty token', () => expect(exchange().step(null)).toBe(''));

  it('answers the challenge of the RFC as the RFC does, and is content with its proof', () => {
    const { run, step } = exchange();
    expect(step(CHALLENGE)).toBe(
      'charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",' +
        'nc=00000001,cnonce="OA6MHXh6VqTrRk",' +
        'digest-uri="imap/elwood.innosoft.com",response=d388dad90d4bbd760a152321f2143af7,qop=auth'
    );
    expect(run.complete).toBe(false);
    expect(step('rspauth=ea40f60335c427b5527b84dbabcdfffd')).toBeUndefined();
    expect(run.complete).toBe(true);
  });

  it('talks to ZooKeeper unless told otherwise, with a nonce of its own for each connection', () => {
    const mechanism = digestMd5({ username: 'bob', password: 'secret' });
    const answers = [1, 2].map(() =>
      partsOf(
        Buffer.from((mechanism.start(SERVER).step(Buffer.from(CHALLENGE)) as Uint8Array[])[0]!).toString('latin1')
      )
    );
    expect(mechanism.name).toBe('DIGEST-MD5');
    expect(answers.map((parts) => parts['digest-uri'])).toEqual(['zookeeper/zk-sasl-md5', 'zookeeper/zk-sasl-md5']);
    expect(answers[0]!['cnonce']).not.toBe(answers[1]!['cnonce']);
    for (const { cnonce } of answers) expect(Buffer.from(cnonce!, 'base64').length).toBeGreaterThanOrEqual(16);
  });

  it.each([
    ['a wrong one', 'rspauth=ea40f60335c427b5527b84dbabcdffff'],
    ['half of it', 'rspauth=ea40f60335c427b5'],
    ['none at all', ''],
    ['a new challenge in its place', CHALLENGE],
    ['one among others', 'rspauth=00,rspauth=ea40f60335c427b5527b84dbabcdfffd'],
    ['the proof of the client, sent back', 'rspauth=d388dad90d4bbd760a152321f2143af7'],
  ])('refuses a server that gives as its proof %s', (_, proof) => {
    const { run, step } = exchange();
    step(CHALLENGE);
    expect(() => step(proof)).toThrow(AUTH_FAILED);
    expect(run.complete).toBe(false);
  });

  it('does not take a proof before it has given its own', () => {
    const { run, step } = exchange();
    expect(() => step('rspauth=ea40f60335c427b5527b84dbabcdfffd')).toThrow(AUTH_FAILED);
    expect(run.complete).toBe(false);
  });
});

describe('a challenge for DIGEST-MD5', () => {
  it('may name what it likes, in any order, with any space', () => {
    const { response } = answerTo(CHALLENGE);
    expect(
      answerTo(
        ' ,,\r\n\tQOP = "auth-conf , auth" ,, Charset=UTF-8, algorithm\n=md5-sess,' +
          'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh" ,, ,'
      )
    ).toMatchObject({ response, charset: 'utf-8' });
    expect(answerTo(`stale=false,maxbuf=65536,cipher="rc4",${CHALLENGE},of-tomorrow="a,b=\\"c\\""`).response).toBe(
      response
    );
    expect(answerTo(CHALLENGE.replace('qop="auth",', '')).response).toBe(response); // no word about it: authentication
  });

  it.each([
    ['nothing', ''],
    ['no nonce', 'qop="auth",algorithm=md5-sess'],
    ['two nonces', `nonce="a",${CHALLENGE}`],
    ['no algorithm', CHALLENGE.replace(',algorithm=md5-sess', '')],
    ['another algorithm', CHALLENGE.replace('md5-sess', 'md5')],
    ['more than authentication', CHALLENGE.replace('"auth"', '"auth-conf,auth-int"')],
    ['two minds about it', `qop="auth-conf",${CHALLENGE}`],
    ['a value without end', `nonce="${'x'.repeat(3000)}"`],
    ['more than 2048 bytes', `${CHALLENGE},x="${'x'.repeat(2048)}"`],
    ['an unclosed quote', `${CHALLENGE},x="abc`],
    ['a quote that is closed by none', `${CHALLENGE},x="abc\\"`],
    ['a name without a value', `${CHALLENGE},stale`],
    ['a value without a name', `${CHALLENGE},="x"`],
    ['an empty value', `${CHALLENGE},x=`],
    ['no comma', CHALLENGE.replace(',', ' ')],
    ['text after a value', `${CHALLENGE.replace('qop="auth"', 'qop="auth"x')}`],
    ['other bytes', '\0\xff\xfe'],
    ['the length of one', `\0\0\0\x08${CHALLENGE}`],
  ])('is refused for %s', (_, challenge) => {
    const { run, step } = exchange();
    expect(() => step(challenge)).toThrow(AUTH_FAILED);
    expect(run.complete).toBe(false);
  });

  it('may be of 2048 bytes, even of the worst ones', () => {
    const fill = (text: string) => `${text}"${'x'.repeat(2048 - text.length - 2)}"`;
    expect(answerTo(fill(`${CHALLENGE},x=`)).response).toBe(answerTo(CHALLENGE).response);
    for (const worst of [',', ' ', '"', '\\', 'a=', 'a="', 'a="\\', 'a=b ', '='])
      expect(() => answerTo(worst.repeat(2048 / worst.length))).toThrow(AUTH_FAILED);
  });

  it('may be anything: it is answered, or refused', () => {
    const fragment = fc.constantFrom(
      'realm',
      'nonce',
      'qop',
      'charset',
      'algorithm',
      'rspauth',
      '__proto__',
      '=',
      '"',
      '\\',
      ',',
      ' ',
      'auth',
      'utf-8',
      'md5-sess',
      'x'
    );
    const challenge = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fragment, { maxLength: 60 }).map((all) => Buffer.from(all.join('')))
    );
    fc.assert(
      fc.property(fc.array(challenge, { maxLength: 3 }), (tokens) => {
        const { run } = exchange();
        try {
          for (const token of tokens) void run.step(token);
        } catch (error) {
          expect(error).toEqual(AUTH_FAILED);
        }
        expect(run.complete).toBe(false);
      }),
      { numRuns: 2000 }
    );
  });
});

describe('names and passwords for DIGEST-MD5', () => {
  it('may have quotes and backslashes in them, and so may what the server says', () => {
    const answer = exchange({ ...CHRIS, username: 'a"b\\c' }).step(
      'nonce="x\\"y\\z",realm="r\\\\s",algorithm=md5-sess,charset=utf-8'
    )!;
    expect(answer).toContain('username="a\\"b\\\\c"');
    expect(answer).toContain('nonce="x\\"yz"'); // the backslash before the z meant nothing
    expect(answer).toContain('realm="r\\\\s"');
  });

  it('are sent in UTF-8 where the server knows it, and in ISO 8859-1 where not', () => {
    const latin = CHALLENGE.replace(',charset=utf-8', '');
    expect(answerTo(CHALLENGE, { username: 'böb' })).toMatchObject({ username: bytes('böb'), charset: 'utf-8' });
    const { charset, username } = answerTo(latin, { username: 'böb' });
    expect({ charset, username }).toEqual({ charset: undefined, username: 'böb' });
    // for what is hashed is the same
    expect(answerTo(latin, { username: 'böb' }).response).toBe(answerTo(CHALLENGE, { username: 'böb' }).response);
  });

  it.each([{ username: 'борис' }, { password: 'пароль' }])(
    'are not mangled for a server that has no letters for them: %j',
    (options) => {
      expect(() => answerTo(CHALLENGE.replace('charset=utf-8', 'charset=iso-8859-1'), options)).toThrow(AUTH_FAILED);
    }
  );

  it('go without a realm where there is none, and to the first of several', () => {
    const none = answerTo(CHALLENGE.replace('realm="elwood.innosoft.com",', ''));
    expect(none['realm']).toBeUndefined();
    // hashed as the empty one
    expect(none.response).toBe(answerTo(CHALLENGE.replace('elwood.innosoft.com', '')).response);
    expect(answerTo(`${CHALLENGE},realm="other"`)).toEqual(answerTo(CHALLENGE));
  });

  it('satisfy any server that has the same, and are satisfied by it', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 });
    const latin = fc.string({
      unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
      maxLength: 12,
    });
    const identity = (unit: fc.Arbitrary<string>) =>
      fc.record({
        username: unit.filter((it) => it !== ''),
        password: unit,
        realm: fc.option(unit, { nil: undefined }),
      });
    const world = fc.oneof(
      identity(text).map((it) => ({ ...it, utf8: true })),
      fc.record({ utf8: fc.boolean(), it: identity(latin) }).map(({ utf8, it }) => ({ ...it, utf8 }))
    );
    fc.assert(
      fc.property(world, latin, ({ username, password, realm, utf8 }, nonce) => {
        const { run, step } = exchange({ username, password, service: 'zookeeper', serverName: 'zk-sasl-md5' });
        const server = verifier({ password, realm, utf8, nonce, uri: 'zookeeper/zk-sasl-md5' });
        const answer = step(server.challenge)!;
        const { user, accepted, proof } = server.judge(answer);
        expect({ user, accepted }).toEqual({ user: username, accepted: true });
        expect(step(proof)).toBeUndefined();
        expect(run.complete).toBe(true);
        expect(
          verifier({ password: `${password}!`, realm, utf8, nonce, uri: 'zookeeper/zk-sasl-md5' }).judge(answer)
            .accepted
        ).toBe(false);
      }),
      { numRuns: 300 }
    );
  });

  it.each([
    ['options.username', { username: '', password: 'x' }],
    ['options.username', { password: 'x' }],
    ['options.username', { username: 'half a \ud83d', password: 'x' }],
    ['options.password', { username: 'bob' }],
    ['options.password', { username: 'bob', password: Buffer.from('x') }],
    ['options.service', { username: 'bob', password: 'x', service: '' }],
    ['options.user', { user: 'bob', password: 'x' }],
    ['options', undefined],
  ])('are looked at before anything is sent: %s of %j', (argument, options) => {
    expect(() => digestMd5(options as never)).toThrow(expect.objectContaining({ argument }));
    expect(() => digestMd5(options as never)).toThrow(UsageError);
  });

  it('may be of no length, as far as passwords go', () =>
    expect(() => digestMd5({ username: 'bob', password: '' })).not.toThrow());

  it('are of no use where MD5 is forbidden, and the error says so', () => {
    jest.spyOn(crypto, 'createHash').mockImplementation(() => {
      throw new Error('error:0308010C:digital envelope routines::unsupported');
    });
    const error = expect.objectContaining({
      code: 'AUTH_FAILED',
      message: expect.stringMatching(/MD5.*FIPS/),
      cause: expect.any(Error),
    });
    expect(() => exchange().step(CHALLENGE)).toThrow(error);
  });
});

interface Recorded {
  readonly name: string;
  readonly username: string;
  readonly password: string;
  readonly cnonce: string;
  readonly frames: readonly { readonly from: 'client' | 'server'; readonly hex: string }[];
}

describe('DIGEST-MD5 with real servers, as recorded', () => {
  const { exchanges } = JSON.parse(readFileSync(join(__dirname, '../../fixtures/sasl-digest.json'), 'utf8')) as {
    exchanges: readonly Recorded[];
  };
  const accepted = exchanges.filter(({ name }) => name.startsWith('accepted'));

  /** Answers as the server did, to the very bytes that it answered to. */
  function replay({ username, password, cnonce, frames }: Recorded) {
    const [hello, welcome, ...rest] = frames.map(({ hex }) => hex);
    const left = [...rest];
    const send = (token: Uint8Array): Observable<Uint8Array | null> => {
      expect(saslRequest(1 + (rest.length - left.length) / 2, token)).toBe(left.shift());
      const reply = Buffer.from(left.shift()!, 'hex');
      const code = reply.readInt32BE(16);
      const size = reply.readInt32BE(20);
      return code === 0
        ? of(size < 0 ? null : reply.subarray(24, 24 + size))
        : throwError(() => refusal(code, { operation: 'sasl' }));
    };
    expect([hello, welcome].map((hex) => hex!.length / 2)).toEqual([49, 41]);
    const end = lastValueFrom(authenticate(digestMd5({ username, password, cnonce }).start(SERVER), send), {
      defaultValue: 'done',
    });
    return { end, left };
  }

  it('has recordings of each', () => expect([accepted.length, exchanges.length]).toEqual([5, 9]));

  it.each(accepted)('says what was $name', async (recorded) => {
    const { end, left } = replay(recorded);
    await end;
    expect(left).toEqual([]);
  });

  it.each(exchanges.filter((it) => !accepted.includes(it)))('ends with AUTH_FAILED: $name', async (recorded) => {
    const { end, left } = replay(recorded);
    await expect(end).rejects.toMatchObject({ code: 'AUTH_FAILED', effect: 'none' });
    expect(left).toEqual([]);
  });
});

function saslRequest(xid: number, token: Uint8Array): string {
  const head = Buffer.alloc(16);
  head.writeInt32BE(12 + token.length, 0);
  head.writeInt32BE(xid, 4);
  head.writeInt32BE(102, 8);
  head.writeInt32BE(token.length, 12);
  return Buffer.concat([head, token]).toString('hex');
}

function partsOf(answer: string): Record<string, string> & { readonly response?: string } {
  const parts = [...answer.matchAll(/([a-z-]+)=(?:"((?:[^"\\]|\\[^])*)"|([^",]+))(?:,|$)/g)];
  expect(parts.map(([all]) => all).join('')).toBe(answer);
  return Object.fromEntries(
    parts.map(([, name, inQuotes, bare]) => [name, inQuotes?.replace(/\\([^])/g, '$1') ?? bare])
  );
}

/** The server's half, written from the RFC on its own: texts are hashed in ISO 8859-1 where they can be. */
function verifier(server: {
  readonly password: string;
  readonly realm: string | undefined;
  readonly utf8: boolean;
  readonly nonce: string;
  readonly uri: string;
}) {
  const { password, realm, utf8, nonce, uri } = server;
  const wire = (text: string) => (utf8 ? Buffer.from(text, 'utf8') : Buffer.from(text, 'latin1'));
  const quoted = (text: string) =>
    `"${wire(text)
      .toString('latin1')
      .replace(/(["\\])/g, '\\$1')}"`;
  const hash = (...parts: (string | Uint8Array)[]) => {
    const md5 = createHash('md5');
    for (const part of parts) md5.update(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
    return md5.digest();
  };
  const hashed = (text: string) =>
    [...text].every((letter) => letter.codePointAt(0)! < 256) ? Buffer.from(text, 'latin1') : Buffer.from(text, 'utf8');
  const said = `nonce="${nonce.replace(/(["\\])/g, '\\$1')}"`;
  return {
    challenge: [
      ...(realm === undefined ? [] : [`realm=${quoted(realm)}`]),
      said,
      ...(utf8 ? ['charset=utf-8'] : []),
      'algorithm=md5-sess',
    ].join(),
    judge(answer: string) {
      const parts = partsOf(answer);
      const user = Buffer.from(parts['username']!, 'latin1').toString(utf8 ? 'utf8' : 'latin1');
      const a1 = hash(
        hash(hashed(user), ':', hashed(realm ?? ''), ':', hashed(password)),
        `:${nonce}:${parts['cnonce']}`
      ).toString('hex');
      const proof = (method: string) =>
        hash(
          `${a1}:${nonce}:${parts['nc']}:${parts['cnonce']}:${parts['qop']}:${hash(`${method}:${uri}`).toString('hex')}`
        ).toString('hex');
      const echoed =
        parts['nonce'] === nonce &&
        parts['digest-uri'] === uri &&
        parts['realm'] === (realm === undefined ? undefined : wire(realm).toString('latin1'));
      return { user, accepted: echoed && parts['response'] === proof('AUTHENTICATE'), proof: `rspauth=${proof('')}` };
    },
  };
}
