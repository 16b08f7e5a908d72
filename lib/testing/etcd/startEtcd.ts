import { EmbeddedEtcd } from './embeddedEtcd.js';
import type { EtcdServerOptions } from './etcdServerOptions.js';

/**
 * Starts an etcd cluster in this process, on free ports of this machine. For tests and for trying things out. Resolves
 * when every member listens; rejects with a `UsageError` about an option, or with a `ConnectError` when one cannot
 * listen.
 *
 * @example
 * ```ts
 * import { startEtcd } from 'quorum-rx/testing';
 *
 * await using server = await startEtcd({ members: ['a', 'b', 'c'], entries: { greeting: 'hello' } });
 * console.log(server.endpoints, server.leader); // [ '127.0.0.1:40123', … ] a
 * server.partition('a'); // b and c elect a leader
 * ```
 */
export async function startEtcd(options: EtcdServerOptions = {}): Promise<EmbeddedEtcd> {
  const server = new EmbeddedEtcd(options, true);
  await server.accept();
  return server;
}

/**
 * The same cluster without sockets: reached by its `transport()` alone, and driven by a scheduler, so that a test can
 * turn time by hand.
 */
export function etcdInMemory(options: EtcdServerOptions = {}): EmbeddedEtcd {
  return new EmbeddedEtcd(options, false);
}
