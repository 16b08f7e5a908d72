import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Message, decode, encode } from '../../../../lib/etcd/v3/protocol/message.js';
import * as methods from '../../../../lib/etcd/v3/protocol/methods.js';

const FIXTURES = join(__dirname, '../../../fixtures/etcd');
const lines = (file: string) =>
  readFileSync(join(FIXTURES, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const byPath = new Map(Object.values(methods).map((method) => [method.path, method]));
const STREAMS = /\/(Watch|LeaseKeepAlive|Snapshot)$/;
const byGateway = new Map(
  Object.values(methods)
    .filter(({ path }) => !STREAMS.test(path))
    .map((method) => [method.gateway, method])
);

interface GrpcExchange {
  readonly id: string;
  readonly path?: string;
  readonly request?: Record<string, unknown>;
  readonly requestHex?: string;
}
interface GatewayExchange {
  readonly id: string;
  readonly request: { readonly path: string; readonly body?: string };
  readonly response?: { readonly status: number; readonly json?: unknown };
}

/** The request of a fixture as the JSON of the gateway, which names the fields likewise. */
function asJson(value: unknown, name = ''): unknown {
  if (typeof value === 'string')
    return /^\d+n$/.test(value) ? value.slice(0, -1) : /^(key|value|range_end)$/.test(name) ? base64(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => asJson(one, name));
  if ('b64' in value) return value.b64;
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, asJson(it, key)]));
}
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a captured gRPC request', () => {
  const exchanges = (lines('v3-grpc.jsonl') as unknown as GrpcExchange[]).filter(
    ({ path, requestHex }) => requestHex !== undefined && byPath.has(path!)
  );

  it.each(exchanges.map((exchange) => [exchange.id, exchange] as const))('%s is read and written', (_, exchange) => {
    const type = byPath.get(exchange.path!)!.request as Message<object>;
    const bytes = Buffer.from(exchange.requestHex!, 'hex');
    const value = decode(type, bytes);
    expect(value).toEqual(type.fromJson(asJson(exchange.request)));
    expect(decode(type, encode(type, value))).toEqual(value);
  });

  it('is the same bytes when it says nothing that is the default', () => {
    const plain = exchanges.filter(({ id }) => id !== 'txn' && !/too-large/.test(id));
    expect(plain.length).toBeGreaterThan(12);
    for (const { path, requestHex } of plain) {
      const type = byPath.get(path!)!.request as Message<object>;
      expect(encode(type, decode(type, Buffer.from(requestHex!, 'hex'))).toString('hex')).toBe(requestHex);
    }
  });
});

describe('a captured answer of the gateway', () => {
  const exchanges = (lines('v3-gateway.jsonl') as unknown as GatewayExchange[]).filter(
    ({ request, response }) =>
      response?.status === 200 && response.json !== undefined && byGateway.has(request.path.replace('/v3', ''))
  );

  it('is read by every method that the capture has', () => expect(exchanges.length).toBeGreaterThan(60));

  it.each(exchanges.map((exchange, i) => [`${i} ${exchange.id}`, exchange] as const))(
    '%s has no field that is not read, and survives protobuf',
    (_, { request, response }) => {
      const type = byGateway.get(request.path.replace('/v3', ''))!.response as Message<object>;
      const value = type.fromJson(response!.json);
      const again = decode(type, encode(type, value));
      expect(again).toEqual(value);
      expect(fieldsOf(type.toJson(value))).toEqual(expect.arrayContaining(fieldsOf(response!.json)));
    }
  );
});

/** The paths of all fields that say something. */
function fieldsOf(json: unknown, path = ''): string[] {
  if (Array.isArray(json)) return [...new Set(json.flatMap((one) => fieldsOf(one, path)))];
  if (typeof json !== 'object' || json === null) return [path];
  return Object.entries(json).flatMap(([name, it]) => fieldsOf(it, `${path}.${name}`));
}
