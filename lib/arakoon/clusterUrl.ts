import { UsageError } from '../core/errors.js';
import type { Cluster } from './cluster.js';

const SCHEME = 'arakoon://';
const URL_PARTS = /^arakoon:\/\/([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/;

/** Whether this is meant to be read by {@link parseClusterUrl}. */
export function isClusterUrl(text: string): boolean {
  return text.startsWith(SCHEME);
}

/**
 * Reads a cluster from one line: its id, and its nodes by their names, as in
 * `arakoon://ricky?arakoon_0=10.0.0.1:4000&arakoon_1=10.0.0.2:4000,10.1.0.2:4000`. Names are needed, since it is by its
 * name that a node says who is master. Characters that a URL cannot hold are percent-encoded.
 *
 * Arakoon's own tools know URLs that say where a configuration is kept, `arakoon://cluster/key?ini=/path`: they need a
 * file, or another cluster. Read the configuration yourself, and pass it to `fromIni`.
 *
 * @throws UsageError that names `cluster`
 */
export function parseClusterUrl(url: string): Cluster {
  const [whole, id, path = '', query = ''] = URL_PARTS.exec(url) ?? [];
  if (whole === undefined) throw fault(`must be as in ${SCHEME}id?node=host:port&node=host:port, not ${shown(url)}`);
  if (path.length > 1)
    throw fault(`has the key ${shown(path)}: it says where a configuration is kept; get that, and give it to fromIni`);
  if (id === '') throw fault('has no id of a cluster');
  const nodes = new Map<string, readonly string[]>();
  for (const part of query.split('&').filter((each) => each !== '')) {
    const [name, addresses, ...rest] = part.split('=').map(decoded);
    if (name === undefined || name === '' || addresses === undefined || addresses === '' || rest.length > 0)
      throw fault(`has ${shown(part)}, which is not node=host:port`);
    if (nodes.has(name)) throw fault(`names the node ${name} twice; several addresses of one have commas between`);
    nodes.set(name, addresses.split(','));
  }
  if (nodes.size === 0) throw fault('names no node');
  return { id: decoded(id!), nodes: Object.fromEntries(nodes) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new UsageError('cluster', `has ${shown(text)}, which is not percent-encoded`, { cause });
  }
}

/** Text without its password, which may stand before the last `@`. */
function shown(text: string): string {
  return JSON.stringify(text.replace(/^.*@/s, '…@').slice(0, 80));
}

function fault(message: string): UsageError {
  return new UsageError('cluster', message);
}
