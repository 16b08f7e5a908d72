import { array } from '../core/check.js';
import { parseServers } from '../core/connectString.js';
import { type Endpoint, checkEndpoint } from '../core/endpoint.js';
import { UsageError } from '../core/errors.js';

/**
 * The members to begin with: `host:port` with commas between, with or without `etcd://` in front; a list of URLs, as
 * etcd's own tools take it, where `https://` asks for TLS; or addresses. The port is 2379 where none is given.
 */
export type Endpoints = string | readonly string[] | readonly Endpoint[];

/** The addresses of members, and whether they ask for TLS. */
export interface Addresses {
  readonly endpoints: readonly Endpoint[];
  readonly secure: boolean;
}

const PORT = 2379;
const URL_SCHEME = /^https?:\/\//i;

/** Reads the addresses of members. Throws a `UsageError` that names `endpoints`. */
export function parseEndpoints(endpoints: Endpoints): Addresses {
  if (typeof endpoints !== 'string' && array<unknown>('endpoints', endpoints).some((it) => typeof it !== 'string')) {
    const list = endpoints as readonly Endpoint[];
    return { endpoints: list.map((it, i) => checkEndpoint(`endpoints[${i}]`, it)), secure: false };
  }
  const entries = (typeof endpoints === 'string' ? endpoints.split(',') : (endpoints as readonly string[])).map((it) =>
    it.trim()
  );
  const schemes = new Set(entries.map((it) => (URL_SCHEME.exec(it)?.[0] ?? '').toLowerCase()));
  if (schemes.size > 1) throw new UsageError('endpoints', 'must all be https, or none of them');
  const bare = entries.map((it) => it.replace(URL_SCHEME, '').replace(/\/$/, ''));
  const { endpoints: parsed, chroot } = serversOf(bare);
  if (chroot !== '')
    throw new UsageError('endpoints', `has the path ${chroot}; for keys below a prefix use with({ namespace })`);
  return { endpoints: parsed, secure: schemes.has('https://') };
}

function serversOf(entries: readonly string[]) {
  try {
    return parseServers(entries, PORT, 'etcd://');
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError('endpoints', error.message.replace(/^servers: /, ''));
  }
}
