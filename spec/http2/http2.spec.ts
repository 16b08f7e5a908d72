import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type Http2Server, type ServerHttp2Session, type ServerHttp2Stream, constants, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type Subscription, firstValueFrom, lastValueFrom } from 'rxjs';
import type { CoordinationError } from '../../lib/core/errors.js';
import type { Endpoint } from '../../lib/core/endpoint.js';
import type { Http2Headers, Http2Link, Http2Stream } from '../../lib/core/http2Link.js';
import { http2 } from '../../lib/http2/http2.js';
import { nodeHttp2 } from '../helpers/nodeHttp2.js';
import { meterFor } from '../helpers/meterFor.js';

/** A request, and everything that its listener heard. */
class Asked {
  readonly heard: string[] = [];
  readonly ended: Promise<{ trailers: Http2Headers | undefined; error: CoordinationError | undefined }>;
  readonly stream: Http2Stream;

  constructor(link: Http2Link, path: string) {
    let stream!: Http2Stream;
    this.ended = new Promise((ended) => {
      stream = link.request(
        path,
        { 'content-type': 'application/grpc' },
        {
          headers: (headers) => this.heard.push(`status ${String(headers[':status'])}`),
          data: (chunk) => this.heard.push(chunk.toString()),
          drained: () => this.heard.push('drained'),
          ended: (trailers, error) => ended({ trailers, error }),
        }
      );
    });
    this.stream = stream;
  }
}

describe.each([
  ['ours', (endpoint: Endpoint) => http2(endpoint, undefined, meterFor())],
  ["Node's own", nodeHttp2],
])('an HTTP/2 connection, %s', (_name, dial) => {
  let server: Http2Server;
  let sessions: ServerHttp2Session[];
  let answer: (stream: ServerHttp2Stream) => void;
  let dialed: Subscription;

  beforeAll(async () => {
    server = createServer();
    sessions = [];
    server.on('session', (session) => sessions.push(session));
    server.on('stream', (stream) => {
      stream.on('error', () => undefined);
      answer(stream);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });

  const open = (): Promise<Http2Link> => {
    const { port } = server.address() as AddressInfo;
    return new Promise((next, error) => {
      dialed = dial({ host: '127.0.0.1', port }).subscribe({ next, error });
    });
  };

  it('carries a request with its body, and the answer with its trailers', async () => {
    answer = (stream) => {
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.pipe(stream);
    };
    const asked = new Asked(await open(), '/a');
    asked.stream.write(Buffer.from('hello'));
    asked.stream.finish();
    const { trailers, error } = await asked.ended;
    expect([asked.heard, trailers?.['grpc-status'], error]).toEqual([['status 200', 'hello'], '0', undefined]);
    dialed.unsubscribe();
  });

  it('carries megabytes both ways, within the windows of both sides', async () => {
    answer = (stream) => {
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
    };
    const asked = new Asked(await open(), '/a');
    const sent = Buffer.alloc(12_345_678, 'some text ');
    for (let at = 0; at < sent.length; at += 1_000_000) asked.stream.write(sent.subarray(at, at + 1_000_000));
    asked.stream.finish();
    expect((await asked.ended).error).toBeUndefined();
    expect(
      asked.heard
        .filter((each) => each !== 'drained')
        .slice(1)
        .join('') === sent.toString()
    ).toBe(true);
    dialed.unsubscribe();
  });

  it('reads every character that a header may have', async () => {
    const codes = [9, ...Array.from({ length: 256 - 32 }, (_, i) => i + 32).filter((code) => code !== 127)];
    const text = `x${String.fromCharCode(...codes)}x`;
    answer = (stream) => stream.respond({ ':status': 200, 'grpc-message': text }, { endStream: true });
    const asked = new Asked(await open(), '/a');
    asked.stream.finish();
    expect((await asked.ended).trailers?.['grpc-message']).toBe(text);
    dialed.unsubscribe();
  });

  it('takes headers for trailers where the answer has nothing else', async () => {
    answer = (stream) => stream.respond({ ':status': 200, 'grpc-status': '5' }, { endStream: true });
    const asked = new Asked(await open(), '/a');
    asked.stream.finish();
    expect((await asked.ended).trailers?.['grpc-status']).toBe('5');
    dialed.unsubscribe();
  });

  it('ends its requests with an unknown effect when it breaks, and itself', async () => {
    answer = (stream) => stream.session?.destroy();
    const link = await open();
    const asked = new Asked(link, '/a');
    asked.stream.finish();
    const { error } = await asked.ended;
    expect([error?.code, error?.effect]).toEqual(['CONNECTION_LOST', 'unknown']);
    await expect(lastValueFrom(link.end$)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    const late = new Asked(link, '/a');
    expect((await late.ended).error).toMatchObject({ code: 'CONNECTION_LOST', effect: 'none' });
    dialed.unsubscribe();
  });

  it('says that a request that the server has refused was not seen', async () => {
    answer = (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM);
    const asked = new Asked(await open(), '/a');
    asked.stream.finish();
    expect((await asked.ended).error).toMatchObject({ code: 'CONNECTION_LOST', effect: 'none' });
    dialed.unsubscribe();
  });

  it('says a reset that breaks the protocol by its number', async () => {
    answer = (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    const asked = new Asked(await open(), '/a');
    asked.stream.finish();
    expect((await asked.ended).error?.message).toBe('HTTP/2: the server has reset the request with 2');
    dialed.unsubscribe();
  });

  it('ends with GOAWAY for new requests, while those under way go on', async () => {
    const streams: ServerHttp2Stream[] = [];
    answer = (stream) => streams.push(stream);
    const link = await open();
    const asked = new Asked(link, '/a');
    asked.stream.finish();
    const end = lastValueFrom(link.end$).catch((error: Error) => error.message);
    while (streams.length === 0) await once(server, 'stream');
    streams[0]!.session!.goaway(0);
    expect(await end).toBe('the server is going away');
    streams[0]!.respond({ ':status': 200, 'grpc-status': '0' }, { endStream: true });
    expect((await asked.ended).trailers?.['grpc-status']).toBe('0');
    dialed.unsubscribe();
  });

  it('asks for a sign of life, and has an error where none can come', async () => {
    const link = await open();
    await expect(lastValueFrom(link.ping(), { defaultValue: 'alive' })).resolves.toBe('alive');
    dialed.unsubscribe();
    await expect(lastValueFrom(link.ping())).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });

  it('gives up a request that is cancelled, and its listener hears no more', async () => {
    const closed = new Promise<number>(
      (told) => (answer = (stream) => stream.once('close', () => told(stream.rstCode)))
    );
    const link = await open();
    const asked = new Asked(link, '/a');
    await lastValueFrom(link.ping(), { defaultValue: undefined });
    asked.stream.cancel();
    expect(await closed).toBe(constants.NGHTTP2_CANCEL);
    expect(asked.heard).toEqual([]);
    dialed.unsubscribe();
  });

  it('is not there where nobody listens', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    await new Promise((done) => gone.close(done));
    await expect(firstValueFrom(dial({ host: '127.0.0.1', port }))).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      effect: 'none',
    });
  });
});
