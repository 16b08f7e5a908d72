import type { IncomingMessage, ServerResponse } from 'node:http';
import { gatewayCallOf } from '../call/openCall.js';
import type { EtcdMember } from '../cluster/etcdMember.js';
import type { EtcdCore } from '../etcdCore.js';
import { HttpCall } from '../v2/request/httpCall.js';
import { GatewayCall } from './gatewayCall.js';

const PREFIX = /^\/v3(?:beta)?(\/.*)$/;
/** Bytes of a body that are kept: one more than a form may have. */
const MOST = 10 * 1024 ** 2 + 1;

/** Answers requests of HTTP/1: those of the gateway, those of the v2 API, and those for the health and the version. */
export function gateway(core: EtcdCore, member: EtcdMember) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const [path = ''] = (request.url ?? '').split('?');
    const [, name] = PREFIX.exec(path) ?? [];
    if (name === undefined) return plain(core, member, request, response);
    const served = gatewayCallOf(name);
    if (served === undefined) return text(response, 404, 'Not Found');
    if (request.method !== 'POST') return text(response, 405, 'Method Not Allowed');
    new GatewayCall(core, served, response).open(member, request);
  };
}

function plain(core: EtcdCore, member: EtcdMember, request: IncomingMessage, response: ServerResponse): void {
  const call = new HttpCall(
    { core, member },
    {
      head: (status, headers) => {
        response.writeHead(status, headers);
        response.flushHeaders();
      },
      data: (words) => void response.write(words),
      end: () => void response.end(),
      cut: () => response.destroy(),
    }
  );
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    if (size < MOST) chunks.push(chunk);
    size += chunk.length;
  });
  request.on('end', () => {
    const { method = 'GET', url = '/' } = request;
    call.serve({ method, url, headers: headersOf(request), body: Buffer.concat(chunks) });
  });
  response.on('close', () => call.left());
}

/** Headers that come twice are of no meaning here. */
function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function text(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${words}\n`);
}
