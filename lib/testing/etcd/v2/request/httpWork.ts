import { posix } from 'node:path';
import { authWork } from './authWork.js';
import { unescapedPath } from './goForm.js';
import { type HttpAnswer, type HttpRequest, type HttpWork, immediate, json, text, wrongMethod } from './httpRequest.js';
import { keysWork } from './keysWork.js';
import { membersWork } from './membersWork.js';
import { statisticsWork } from './statisticsWork.js';
import type { V2Ground } from './v2Ground.js';

const NOT_FOUND = text(404, '404 page not found');

/** What a request of HTTP/1 comes to, unless it is one of the gateway. */
export function httpWork(ground: V2Ground, request: HttpRequest): HttpWork {
  const { method, url } = request;
  if (method === 'OPTIONS') return immediate({ status: 200, headers: {}, body: '' });
  const [encoded = '', query] = url.split('?', 2);
  if (/%(?![0-9a-f]{2})/i.test(encoded)) return immediate(text(400, '400 Bad Request'));
  const path = unescapedPath(encoded);
  const clean = posix.normalize(`/${path}`);
  if (clean !== path) return immediate(moved(method, `${encodeURI(clean)}${query === undefined ? '' : `?${query}`}`));
  return workAt(ground, request, path) ?? immediate(NOT_FOUND);
}

function workAt(ground: V2Ground, request: HttpRequest, path: string): HttpWork | undefined {
  const { core } = ground;
  const isGet = request.method === 'GET';
  if (path === '/health') return immediate(isGet ? () => health(ground) : wrongMethod('GET'));
  if (path === '/version') return immediate(isGet ? versions(core.settings.version) : wrongMethod('GET'));
  const [, part, rest = ''] = /^\/v2\/(keys|members|machines|stats|auth)(?:\/(.*))?$/s.exec(path) ?? [];
  if (!core.settings.v2) return undefined;
  switch (part) {
    case 'keys':
      return keysWork(ground, request, rest === '' ? '' : `/${rest.replace(/\/$/, '')}`);
    case 'members':
      return membersWork(ground, request, rest);
    case 'machines':
      if (path !== '/v2/machines') return undefined;
      return immediate(/^(?:GET|HEAD)$/.test(request.method) ? machines(ground) : wrongMethod('GET', 'HEAD'));
    case 'stats':
      return statisticsWork(ground, request, rest);
    case 'auth':
      return authWork(ground, request, rest);
    default:
      return undefined;
  }
}

/** As a real server tells it: healthy if it can write. */
function health({ core, member }: V2Ground): HttpAnswer {
  const healthy = member.inQuorum && core.alarms.get('none').length === 0;
  if (!healthy) return text(503, JSON.stringify({ health: 'false' }));
  return { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: '{"health":"true"}' };
}

/** The version of the cluster has no patch. */
function versions(version: string): HttpAnswer {
  return json(200, { etcdserver: version, etcdcluster: version.replace(/\d+$/, '0') });
}

function machines({ core }: V2Ground): HttpAnswer {
  const urls = core.roster.all.flatMap(({ clientUrls }) => clientUrls).sort();
  return { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: urls.join(', ') };
}

/** Go's server sends clients that name a path in an odd way to the plain one. */
function moved(method: string, location: string): HttpAnswer {
  const isRead = method === 'GET' || method === 'HEAD';
  return {
    status: 301,
    headers: { Location: location, ...(isRead && { 'Content-Type': 'text/html; charset=utf-8' }) },
    body: isRead ? `<a href="${location}">Moved Permanently</a>.\n\n` : '',
  };
}
