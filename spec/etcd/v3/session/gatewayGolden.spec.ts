import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CoordinationError } from '../../../../lib/core/errors.js';
import type { Http1Client, Http1Listener, Http1Request } from '../../../../lib/core/http1Client.js';
import { codeOf } from '../../../../lib/etcd/v3/protocol/errorCode.js';
import type { Message } from '../../../../lib/etcd/v3/protocol/message.js';
import * as methods from '../../../../lib/etcd/v3/protocol/methods.js';
import { GatewayCarrier } from '../../../../lib/etcd/v3/session/gatewayCarrier.js';

interface Exchange {
  readonly id: string;
  readonly request: { readonly path: string; readonly headers: Record<string, string>; readonly body?: string };
  readonly response?: { readonly status: number; readonly json?: unknown; readonly text?: string };
  readonly stream?: { readonly pieces: readonly { readonly text: string }[] };
}

const ENDPOINT = { host: 'a', port: 1 };
const LIMITS = { maxRequestBytes: 2 ** 21, maxReplyBytes: 2 ** 22 };
const byPath = new Map(Object.values(methods).map((method) => [`/v3${method.gateway}`, method]));
const exchanges = readFileSync(join(__dirname, '../../../fixtures/etcd/v3-gateway.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Exchange)
  .filter(({ request, response }) => byPath.has(request.path) && response?.status !== undefined);

/** The messages of a captured request. Those that no client of ours would write are `undefined`. */
function messagesOf({ request }: Exchange, type: Message<object>): object[] | undefined {
  try {
    return (request.body ?? '{}')
      .replaceAll('}{', '}\n{')
      .split('\n')
      .map((line) => type.fromJson(JSON.parse(line)));
  } catch {
    return undefined;
  }
}

/** Makes the call, and lets the captured answer come. */
function played({ request: { path, headers }, response, stream }: Exchange, messages: readonly object[], cut: number) {
  const sent: string[] = [];
  let head: Http1Request | undefined;
  let server!: Http1Listener;
  const client: Http1Client = {
    request(_, request, listener) {
      head = request;
      server = listener;
      const write = (bytes: Uint8Array | string = '') => sent.push(String(bytes)) > 0;
      return { sent: true, write, finish: write, cancel() {}, hold() {}, release() {} };
    },
  };
  const heard: unknown[] = [];
  let end: { readonly error: CoordinationError | undefined } | undefined;
  const token = headers['Authorization'];
  const method = byPath.get(path)! as methods.Method<object, object>;
  const call = new GatewayCarrier(client, ENDPOINT, '/v3', LIMITS).call(
    method,
    token === undefined ? {} : { token },
    { operation: 'golden' },
    { message: (it) => heard.push(it), ended: (error) => (end = { error }) }
  );
  for (const message of messages) call.send(message);
  call.finish();
  const { status, text, json } = response!;
  server.headers(status, {});
  const body = Buffer.from(stream?.pieces.map((it) => it.text).join('') ?? text ?? JSON.stringify(json));
  for (let at = 0; at < body.length; at += cut) server.data(body.subarray(at, at + cut));
  server.ended(undefined);
  return { head: head!, sent: sent.join(''), heard, error: end!.error, method, body: body.toString() };
}

describe('a captured exchange with the gateway', () => {
  const calls = exchanges.flatMap((exchange, i) => {
    const messages = messagesOf(exchange, byPath.get(exchange.request.path)!.request);
    return messages === undefined ? [] : [[`${i} ${exchange.id}`, exchange, messages] as const];
  });

  it('is there for most calls', () => expect(calls.length).toBeGreaterThan(100));

  it.each(calls)('%s has the same request, and is heard as it was said', (_, exchange, messages) => {
    for (const cut of [7, 1 << 20]) {
      const { head, sent, heard, error, method, body } = played(exchange, messages, cut);
      expect([head.method, head.path]).toEqual(['POST', exchange.request.path]);
      expect(head.headers?.['authorization']).toBe(exchange.request.headers['Authorization']);
      const lines = sent.split('\n').filter((line) => line !== '');
      expect(lines.map((line) => method.request.fromJson(JSON.parse(line)))).toEqual(messages);
      if (exchange.response!.status === 200) {
        const said = method.isStream ? body.split('\n').filter((line) => line !== '') : [body];
        const results = said.map((line) => JSON.parse(line) as { result: unknown });
        expect(heard).toEqual(results.map((it) => method.response.fromJson(method.isStream ? it.result : it)));
        expect(error).toBeUndefined();
      } else if (exchange.response!.status === 405) {
        expect(error).toMatchObject({ code: 'CONNECTION_LOST' });
      } else {
        const { code, message } = JSON.parse(body) as { code: number; message: string };
        expect(heard).toEqual([]);
        expect(error).toMatchObject({ layer: 'server', code: codeOf(code, message), operation: 'golden' });
      }
    }
  });
});
