import type { Endpoint } from '../../../core/endpoint.js';
import { parseEndpoints } from '../../endpoints.js';
import type { Answer } from './answer.js';
import type { Ask } from './ask.js';
import { parsedJson } from './parsedJson.js';

/** Whether a member can read and write. Etcd 0.4 does not know it. */
export const HEALTH: Ask = { method: 'GET', path: '/health', repeat: 'read' };
/** The versions of a member and of its cluster. */
export const VERSION: Ask = { method: 'GET', path: '/version', repeat: 'read' };
/** The URLs for clients of all members that have started. */
export const MACHINES: Ask = { method: 'GET', path: 'machines', repeat: 'read' };

/** Whether a member's answer to {@link HEALTH} says that it serves. */
export function isHealthy({ status, body }: Answer): boolean {
  if (status === 404) return true;
  const health = parsedJson(body)?.['health'];
  return status === 200 && (health === 'true' || health === true);
}

/** The members in an answer to {@link MACHINES} that take requests over TLS, or those that take plain ones. */
export function machinesOf(body: string, secure: boolean): readonly Endpoint[] {
  return body.split(',').flatMap((url) => endpointOf(url.trim(), secure) ?? []);
}

/** The address in a URL, if it is one of `https`, or of `http`, as asked for. */
export function endpointOf(url: string, secure: boolean): Endpoint | undefined {
  const origin = /^https?:\/\/[^/?#]+/i.exec(url)?.[0];
  if (origin === undefined || origin.toLowerCase().startsWith('https:') !== secure) return undefined;
  try {
    return parseEndpoints(origin).endpoints[0];
  } catch {
    return undefined;
  }
}

/** Two versions; etcd 0.4 tells only one. */
export interface EtcdV2Version {
  /** Of the member, such as `'3.4.23'`. */
  readonly server: string;
  /** Of the cluster: no member is older. */
  readonly cluster: string;
}

/** Reads an answer to {@link VERSION}. */
export function versionOf({ body }: Answer): EtcdV2Version {
  const { etcdserver, etcdcluster } = parsedJson(body) ?? {};
  const server = typeof etcdserver === 'string' ? etcdserver : (/[\d.]+/.exec(body)?.[0] ?? '');
  return { server, cluster: typeof etcdcluster === 'string' ? etcdcluster : server };
}
