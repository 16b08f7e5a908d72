import { callable } from '../core/check.js';
import { onAbort } from '../core/onAbort.js';

/** A request of `node:http`, as far as the listener needs it. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A response of `node:http`, as far as the listener needs it. */
export interface NodeResponse {
  writeHead(status: number, headers: Record<string, string>): unknown;
  flushHeaders(): void;
  write(chunk: Uint8Array): boolean;
  end(): unknown;
  destroy(): unknown;
  once(event: 'close' | 'drain', listener: () => void): unknown;
}

/**
 * A handler of requests, such as that of `bridge`, as a listener of `node:http`, and so of Express. It reads no
 * faster than it can write.
 *
 * With Express, it must come before a parser of bodies: it reads the body by itself.
 *
 * @param handler turns a `Request` into a `Response`
 */
export function toNodeListener(
  handler: (request: Request) => Promise<Response>
): (request: NodeRequest, response: NodeResponse) => void {
  callable('handler', handler);
  return (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    answer(handler, request, response, gone.signal).catch(() => response.destroy()); // its body has failed
  };
}

async function answer(
  handler: (request: Request) => Promise<Response>,
  request: NodeRequest,
  response: NodeResponse,
  signal: AbortSignal
): Promise<void> {
  const asked = requestOf(request, signal);
  if (asked === undefined) {
    response.writeHead(400, {});
    return void response.end();
  }
  const { status, headers, body } = await handler(asked);
  const reader = body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
  onAbort(signal, () => void reader?.cancel().catch(() => {})); // ends the loop below
  response.writeHead(status, Object.fromEntries(headers));
  response.flushHeaders();
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read())
    if (!response.write(part.value)) await drained(response, signal);
  response.end();
}

/** `undefined`: its address or its headers are garbage. */
function requestOf(request: NodeRequest, signal: AbortSignal): Request | undefined {
  const { method = 'GET', url = '/', headers } = request;
  const parts = request[Symbol.asyncIterator]();
  const body = () =>
    new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const part = await parts.next();
        if (part.done === true) controller.close();
        else controller.enqueue(part.value);
      },
    });
  try {
    // those of HTTP/2 that begin with a colon are no headers
    const lines = Object.entries(headers).filter(([name, value]) => value !== undefined && name[0] !== ':');
    return new Request(new URL(url, `http://${String(headers['host'] ?? headers[':authority'] ?? 'localhost')}`), {
      method,
      headers: lines.map(([name, value]) => [name, String(value)] as [string, string]),
      signal,
      ...(method !== 'GET' && method !== 'HEAD' && { body: body(), duplex: 'half' as const }),
    });
  } catch {
    return undefined;
  }
}

/** When there is room again, or the other end is gone. */
function drained(response: NodeResponse, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    response.once('drain', done);
    onAbort(signal, done);
  });
}
