import { describe, expect, it } from '@jest/globals';
import { type Observable, firstValueFrom, lastValueFrom, of } from 'rxjs';
import type { SaslExchange } from '../../../lib/zookeeper/sasl/saslMechanism.js';
import { authenticate } from '../../../lib/zookeeper/session/authenticate.js';
import { type KerberosClient, gssapi } from '../../../lib/zookeeper/sasl/gssapi.js';

const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString());
const token = (value: string | undefined) => (value === undefined ? undefined : Buffer.from(value));

/** An exchange that says these words in turn, and is content at the end of them. */
function saying(...words: (string | undefined)[]): SaslExchange & { readonly heard: unknown[] } {
  const heard: unknown[] = [];
  return {
    heard,
    get complete() {
      return words.length === 0;
    },
    step: (answer) => (heard.push(text(answer)), [token(words.shift())]),
  };
}

/** A server that answers with these words in turn; `null`: it says nothing. */
function answering(...words: (string | null)[]) {
  const got: (string | null)[] = [];
  const send = (bytes: Uint8Array): Observable<Uint8Array | null> => {
    got.push(text(bytes));
    const word = words.shift();
    return of(word === null || word === undefined ? null : Buffer.from(word));
  };
  return { got, send };
}

const outcome = (auth$: Observable<never>) => lastValueFrom(auth$, { defaultValue: 'done' as const });

describe('a SASL exchange', () => {
  it('hands tokens to and fro until both are content', async () => {
    const exchange = saying('', 'response', undefined);
    const server = answering('challenge', 'proof');
    await expect(outcome(authenticate(exchange, server.send))).resolves.toBe('done');
    expect(exchange.heard).toEqual([null, 'challenge', 'proof']);
    expect(server.got).toEqual(['', 'response']);
  });

  it('fails with a server that knows nothing of SASL', async () => {
    await expect(firstValueFrom(authenticate(saying('', 'never'), answering(null).send))).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining('does not know SASL'),
    });
  });

  it('fails when the mechanism has no more to say, and the server has not proved itself', async () => {
    const exchange: SaslExchange = { complete: false, step: () => [undefined] };
    await expect(firstValueFrom(authenticate(exchange, answering().send))).rejects.toMatchObject({
      code: 'AUTH_FAILED',
    });
  });
});

describe('GSSAPI', () => {
  const base64 = (value: string | Uint8Array) => Buffer.from(value).toString('base64');
  /** Stands in for the `kerberos` package: two tokens, and then the layers on offer. */
  function kerberos(offer: number) {
    const calls: string[] = [];
    const client: KerberosClient & { contextComplete: boolean } = {
      contextComplete: false,
      step: async (challenge) => {
        client.contextComplete = challenge !== '';
        return challenge === '' ? base64('ticket') : null;
      },
      unwrap: async () => base64(Uint8Array.of(offer, 0, 0, 0)),
      wrap: async (challenge) => (calls.push(challenge), base64('wrapped')),
    };
    return { calls, initializeClient: async (service: string) => (calls.push(service), client) };
  }

  it('asks for the principal of the host, takes no security layer, and waits for the last word', async () => {
    const library = kerberos(7);
    const server = answering('mutual', 'layers', '');
    await expect(outcome(authenticate(gssapi(library).start({ host: 'zk1', port: 2181 }), server.send))).resolves.toBe(
      'done'
    );
    expect(server.got).toEqual(['ticket', '', 'wrapped']);
    expect(library.calls).toEqual(['zookeeper@zk1', base64(Uint8Array.of(1, 0, 0, 0))]);
  });

  it('fails when the server insists on a security layer, or there is no ticket', async () => {
    const run = gssapi(kerberos(6)).start({ host: 'zk1', port: 2181 });
    await expect(outcome(authenticate(run, answering('mutual', 'layers').send))).rejects.toMatchObject({
      code: 'AUTH_FAILED',
    });
    const none = gssapi({ initializeClient: () => Promise.reject(new Error('no credentials cache')) }).start({
      host: 'zk1',
      port: 2181,
    });
    await expect(outcome(authenticate(none, answering().send))).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining('no credentials'),
    });
  });
});
