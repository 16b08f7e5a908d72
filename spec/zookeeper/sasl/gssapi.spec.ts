import { describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom, from, lastValueFrom, of, throwError } from 'rxjs';
import { ConnectError, SessionError } from '../../../lib/core/errors.js';
import type { SaslExchange } from '../../../lib/zookeeper/sasl/saslMechanism.js';
import { authenticate } from '../../../lib/zookeeper/session/authenticate.js';
import {
  type GssapiOptions,
  type KerberosClient,
  type KerberosLibrary,
  gssapi,
} from '../../../lib/zookeeper/sasl/gssapi.js';

const ZK1 = { host: 'zk1.example.org', port: 2181 };
const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64');
const unbase64 = (text: string) => Buffer.from(text, 'base64').toString();
/** No layer, or one for integrity, or one for confidentiality; at most 65536 bytes at a time. */
const ANY_LAYER = Uint8Array.of(7, 1, 0, 0);

type Answers = { readonly [K in 'initialize' | 'step' | 'unwrap' | 'wrap']?: () => unknown };

/**
 * Stands in for the `kerberos` package, and writes down how it is used. With mutual authentication a context takes two
 * steps.
 */
function kerberos(answers: Answers = {}) {
  const calls: string[] = [];
  const answer = async (key: keyof Answers, usual: unknown) =>
    (answers[key] === undefined ? usual : answers[key]()) as never;
  const library: KerberosLibrary = {
    async initializeClient(service, options) {
      calls.push(`initialize ${service} ${JSON.stringify(options)}`);
      let steps = 0;
      const client: KerberosClient = {
        get contextComplete() {
          return steps > 1;
        },
        step(challenge) {
          calls.push(`step ${unbase64(challenge)}`);
          return answer('step', ++steps === 1 ? base64('ticket') : null);
        },
        unwrap(challenge) {
          calls.push(`unwrap ${unbase64(challenge)}`);
          return answer('unwrap', base64(ANY_LAYER));
        },
        wrap(...args) {
          calls.push(`wrap ${JSON.stringify([[...Buffer.from(args[0], 'base64')], ...args.slice(1)])}`);
          return answer('wrap', base64('choice'));
        },
      };
      return answer('initialize', client);
    },
  };
  return { library, calls };
}

async function step(exchange: SaslExchange, token: string | null): Promise<string | undefined> {
  const answer = await firstValueFrom(from(exchange.step(token === null ? null : Buffer.from(token))));
  return answer === undefined ? undefined : Buffer.from(answer).toString();
}

/** Runs an exchange with a server that says these words. */
function login(
  { library }: { readonly library: KerberosLibrary },
  words: readonly (string | null)[] = ['mutual', 'layers', null]
) {
  const left = [...words];
  const sent: string[] = [];
  const send = (token: Uint8Array): Observable<Uint8Array | null> => {
    sent.push(Buffer.from(token).toString());
    const word = left.shift();
    return word === undefined
      ? throwError(() => new Error('the server was asked once too often'))
      : of(word === null ? null : Buffer.from(word));
  };
  return { sent, end: lastValueFrom(authenticate(gssapi(library).start(ZK1), send), { defaultValue: 'done' }) };
}

describe('GSSAPI', () => {
  it('sets up a context, takes no security layer, and waits for the last word of the server', async () => {
    const fake = kerberos();
    const { sent, end } = login(fake);
    await end;
    expect(sent).toEqual(['ticket', '', 'choice']);
    expect(fake.calls).toEqual([
      'initialize zookeeper@zk1.example.org {}',
      'step ',
      'step mutual',
      'unwrap layers',
      'wrap [[1,0,0,0]]',
    ]);
  });

  it.each([null, '', 'anything'])('takes %j for a last word', async (word) => {
    await login(kerberos(), ['mutual', 'layers', word]).end;
  });

  it('is complete when the choice is ready to be sent, and not before', async () => {
    let wrapped!: (choice: string) => void;
    const exchange = gssapi(kerberos({ wrap: () => new Promise((resolve) => (wrapped = resolve)) }).library).start(ZK1);
    for (const token of [null, 'mutual']) await step(exchange, token);
    const choice = step(exchange, 'layers');
    await new Promise(setImmediate);
    expect(exchange.complete).toBe(false);
    wrapped(base64('choice'));
    expect(await choice).toBe('choice');
    expect(exchange.complete).toBe(true);
    expect(await step(exchange, '')).toBeUndefined();
  });

  it('reads the bytes of a token, and not those around them', async () => {
    const fake = kerberos();
    const exchange = gssapi(fake.library).start(ZK1);
    await step(exchange, null);
    const all = new TextEncoder().encode('..mutual..');
    await firstValueFrom(from(exchange.step(all.subarray(2, 8))));
    expect(fake.calls.at(-1)).toBe('step mutual');
  });

  it('sets up a new context for each connection, for the host that is connected to', async () => {
    const fake = kerberos();
    const mechanism = gssapi(fake.library);
    for (const host of ['zk1', 'zk2']) expect(await step(mechanism.start({ host, port: 2181 }), null)).toBe('ticket');
    expect(mechanism.name).toBe('GSSAPI');
    expect(fake.calls).toEqual(['initialize zookeeper@zk1 {}', 'step ', 'initialize zookeeper@zk2 {}', 'step ']);
  });

  it.each<[string, GssapiOptions]>([
    ['zookeeper@zk.internal {}', { host: 'zk.internal' }],
    ['zk@zk1.example.org {}', { service: 'zk' }],
    ['zookeeper@zk1.example.org {"principal":"alice@EXAMPLE.ORG"}', { principal: 'alice@EXAMPLE.ORG' }],
  ])('asks for %s when told %j', async (call, options) => {
    const fake = kerberos();
    await step(gssapi(fake.library, options).start(ZK1), null);
    expect(fake.calls[0]).toBe(`initialize ${call}`);
  });

  it('names the server as a principal on Windows, whose library wants that', async () => {
    const here = Object.getOwnPropertyDescriptor(process, 'platform')!;
    const fake = kerberos();
    Object.defineProperty(process, 'platform', { ...here, value: 'win32' });
    try {
      await step(gssapi(fake.library).start(ZK1), null);
    } finally {
      Object.defineProperty(process, 'platform', here);
    }
    expect(fake.calls[0]).toBe('initialize zookeeper/zk1.example.org {}');
  });

  it.each<[string, Answers, number]>([
    ['there is no library for it', { initialize: () => fail('cannot load it') }, 1],
    ['there is no ticket', { step: () => fail('No Kerberos credentials available') }, 2],
    ['the server is another', { unwrap: () => fail('Token had invalid signature') }, 4],
    ['the choice cannot be signed', { wrap: () => fail('context has expired') }, 5],
    ['the server demands integrity', { unwrap: () => base64(Uint8Array.of(2, 1, 0, 0)) }, 4],
    ['the server demands confidentiality', { unwrap: () => base64(Uint8Array.of(4, 1, 0, 0)) }, 4],
    ['the server offers nothing', { unwrap: () => base64(Uint8Array.of(0, 0, 0, 0)) }, 4],
    ['the offer is no offer', { unwrap: () => null }, 4],
    ['the offer is too short', { unwrap: () => base64(Uint8Array.of(1, 0, 0)) }, 4],
    ['the offer is too long', { unwrap: () => base64(Uint8Array.of(1, 0, 0, 0, 0)) }, 4],
  ])('ends with AUTH_FAILED when %s', async (_, answers, calls) => {
    const fake = kerberos(answers);
    const error = await login(fake).end.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SessionError);
    expect(error).toMatchObject({
      code: 'AUTH_FAILED',
      effect: 'none',
      message: expect.stringMatching(/^SASL GSSAPI, to zookeeper@zk1\.example\.org: ./),
    });
    expect(fake.calls).toHaveLength(calls); // and goes no further
  });

  it('says what the library said', async () => {
    const cause = new Error('No Kerberos credentials available (default cache: FILE:krb5cc)');
    const { end } = login(kerberos({ step: () => Promise.reject(cause) }));
    await expect(end).rejects.toMatchObject({ cause, message: expect.stringContaining(cause.message) });
    await expect(login(kerberos({ step: () => Promise.reject('in words') })).end).rejects.toThrow('in words');
  });

  it.each([
    "Unspecified GSS failure.  Minor code may provide more information: Cannot contact any KDC for realm 'EXAMPLE.ORG'",
    ' Miscellaneous failure (see text): unable to reach any KDC in realm EXAMPLE.ORG, tried 1 KDC',
  ])('may be tried again when no KDC answers: %s', async (message) => {
    const error = await login(kerberos({ step: () => fail(message) })).end.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ code: 'KDC_UNREACHABLE', effect: 'none' });
  });

  it.each([
    ['kerberos', undefined, {}],
    ['kerberos', { default: kerberos().library }, {}],
    ['options.host', kerberos().library, { host: '' }],
    ['options.service', kerberos().library, { service: 7 }],
    ['options.principal', kerberos().library, { principal: '' }],
    ['options.princpal', kerberos().library, { princpal: 'alice' }],
  ])('looks at what it is given: %s', (argument, library, options) => {
    expect(() => gssapi(library as never, options as never)).toThrow(
      expect.objectContaining({ code: 'USAGE', argument })
    );
  });
});

function fail(message: string): never {
  throw new Error(message);
}
