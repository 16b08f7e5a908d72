import { parseServers } from '../core/connectString.js';
import type { Endpoint } from '../core/endpoint.js';
import { UsageError } from '../core/errors.js';

/** An Arakoon cluster: its name, and the addresses of its nodes. */
export interface Cluster {
  /** Servers hang up, without a word, on clients that name another. */
  readonly id: string;
  /**
   * For each node, by the name that it has in the cluster's configuration, its addresses as `host:port`: all of one
   * node.
   */
  readonly nodes: Readonly<Record<string, readonly string[]>>;
}

/** The addresses of each node, by its name. */
export type Addresses = ReadonlyMap<string, readonly Endpoint[]>;

/** The port of an address that names none. */
const DEFAULT_PORT = 4000;

/** Reads the addresses of a cluster. Throws a `UsageError` that names the fault. */
export function addressesOf(cluster: Cluster): Addresses {
  if (typeof cluster !== 'object' || cluster === null) throw new UsageError('cluster', 'must be { id, nodes }');
  const { id, nodes } = cluster;
  if (typeof id !== 'string' || id === '')
    throw new UsageError('cluster.id', 'must be the id of a cluster, a string that is not empty');
  if (typeof nodes !== 'object' || nodes === null || Array.isArray(nodes))
    throw new UsageError('cluster.nodes', 'must be an object: names of nodes, with their addresses');
  const all = new Map(
    Object.entries(nodes).map(([name, addresses]) => [name, endpointsOf(`cluster.nodes.${name}`, addresses)])
  );
  if (all.size === 0) throw new UsageError('cluster.nodes', 'must name at least one node');
  return all;
}

function endpointsOf(argument: string, addresses: readonly string[]): readonly Endpoint[] {
  if (!Array.isArray(addresses) || addresses.length === 0)
    throw new UsageError(argument, "must be an array of 'host:port', with at least one");
  try {
    const { endpoints, chroot } = parseServers(addresses, DEFAULT_PORT);
    if (chroot === '') return endpoints;
  } catch (cause) {
    if (cause instanceof UsageError)
      throw new UsageError(argument, cause.message.replace(`${cause.argument}: `, ''), { cause });
    throw cause;
  }
  throw new UsageError(argument, `must be an array of 'host:port', with nothing behind the port`);
}
