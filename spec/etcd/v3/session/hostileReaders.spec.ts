import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { NEVER } from 'rxjs';
import { type CoordinationError, isCoordinationError } from '../../../../lib/core/errors.js';
import type { Http1Client, Http1Listener } from '../../../../lib/core/http1Client.js';
import type { Http2Link, Http2Listener } from '../../../../lib/core/http2Link.js';
import * as methods from '../../../../lib/etcd/v3/protocol/methods.js';
import type { Method } from '../../../../lib/etcd/v3/protocol/methods.js';
import { GatewayCarrier } from '../../../../lib/etcd/v3/session/gatewayCarrier.js';
import { GrpcCarrier } from '../../../../lib/etcd/v3/session/grpcCarrier.js';

const LIMITS = { maxRequestBytes: 10_000, maxReplyBytes: 10_000 };
const ENDPOINT = { host: 'a', port: 1 };
const idle = { write: () => true, finish() {}, cancel() {}, hold() {}, release() {} };
const all = Object.values(methods) as Method<unknown, unknown>[];
const method = fc.constantFrom(...all);
const noise = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 });

/** The ends of a call that this feeds; `drive` is given its listener. */
function endsOf(ask: (listen: (error: CoordinationError | undefined) => void) => void): (string | undefined)[] {
  const ends: (string | undefined)[] = [];
  ask((error) => ends.push(error === undefined ? undefined : isCoordinationError(error) ? error.layer : 'untyped'));
  return ends;
}

describe('whatever a server sends', () => {
  it('over gRPC, a call has one end, and its error is typed', () => {
    const status = fc.option(fc.oneof(fc.nat(20).map(String), fc.string()), { nil: undefined });
    const words = fc.option(fc.string(), { nil: undefined });
    const type = fc.constantFrom('application/grpc', 'application/grpc+proto', 'text/html', undefined);
    const head = fc.constantFrom('200', '200', '200', '503', '');
    fc.assert(
      fc.property(method, noise, head, type, status, words, (method, pieces, http, type, grpcStatus, words) => {
        const ends = endsOf((ended) => {
          let heard!: Http2Listener;
          const request: Http2Link['request'] = (_p, _h, listener) => ((heard = listener), idle);
          new GrpcCarrier({ end$: NEVER, request, soon() {}, ping: () => NEVER }, LIMITS).call(
            method,
            {},
            { operation: 'ask' },
            { message() {}, ended }
          );
          heard.headers({ ':status': http, ...(type !== undefined && { 'content-type': type }) });
          for (const piece of pieces) heard.data(Buffer.from(piece));
          heard.ended(
            {
              ...(grpcStatus !== undefined && { 'grpc-status': grpcStatus }),
              ...(words !== undefined && { 'grpc-message': words }),
            },
            undefined
          );
        });
        expect(ends).toHaveLength(1);
        expect([undefined, 'server', 'protocol', 'transport']).toContain(ends[0]);
      }),
      { numRuns: 3000 }
    );
  });

  it('over the gateway, a call has one end, and its error is typed', () => {
    const json = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({ result: fc.anything() }).map((it) => `${text(it)}\n`),
      fc.record({ code: fc.anything(), message: fc.anything(), error: fc.anything() }).map(text)
    );
    const body = fc.oneof(
      noise,
      fc.array(json, { maxLength: 4 }).map((lines) => lines.map((line) => Buffer.from(line)))
    );
    const status = fc.constantFrom(200, 200, 200, 400, 404, 500, 0);
    fc.assert(
      fc.property(method, body, status, (method, pieces, http) => {
        const ends = endsOf((ended) => {
          let heard!: Http1Listener;
          const stream = { ...idle, sent: true };
          const client: Http1Client = { request: (_e, _r, listener) => ((heard = listener), stream) };
          const carrier = new GatewayCarrier(client, ENDPOINT, '/v3', LIMITS);
          carrier.end$.subscribe({ error() {} });
          carrier.call(method, {}, { operation: 'ask' }, { message() {}, ended });
          heard.headers(http, {});
          for (const piece of pieces) heard.data(Buffer.from(piece));
          heard.ended(undefined);
        });
        expect(ends).toHaveLength(1);
        expect([undefined, 'server', 'protocol', 'transport']).toContain(ends[0]);
      }),
      { numRuns: 3000 }
    );
  });
});

/** As JSON, if it can be. */
function text(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return 'null';
  }
}
