import type { IncomingMessage, ServerResponse } from 'node:http';
import { gatewayCallOf } from '../call/openCall.js';
import type { EtcdMember } from '../cluster/etcdMember.js';
import type { EtcdCore } from '../etcdCore.js';
import { GatewayCall } from './gatewayCall.js';

const PREFIX = /^\/v3(?:beta)?(\/.*)$/;

/** Answers requests of HTTP/1: those of the gateway, and those for the health and the version. */
export function gateway(core: EtcdCore, member: EtcdMember) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const [path = ''] = (request.url ?? '').split('?');
    const [, name] = PREFIX.exec(path) ?? [];
    if (path === '/health') return health(core, member, response);
    if (path === '/version')
      return json(response, 200, { etcdserver: core.settings.version, etcdcluster: clusterOf(core) });
    if (name === undefined) return text(response, 404, '404 page not found');
    const served = gatewayCallOf(name);
    if (served === undefined) return text(response, 404, 'Not Found');
    if (request.method !== 'POST') return text(response, 405, 'Method Not Allowed');
    new GatewayCall(core, served, response).open(member, request);
  };
}

/** As a real server tells it: healthy if it can write. */
function health({ alarms }: EtcdCore, { inQuorum }: EtcdMember, response: ServerResponse): void {
  const healthy = inQuorum && alarms.get('none').length === 0;
  json(response, healthy ? 200 : 503, { health: String(healthy) });
}

/** The version of the cluster has no patch. */
function clusterOf({ settings }: EtcdCore): string {
  return settings.version.replace(/\d+$/, '0');
}

function json(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

function text(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${words}\n`);
}
