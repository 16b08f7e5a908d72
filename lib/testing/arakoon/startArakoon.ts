import type { ArakoonServerOptions } from './arakoonServerOptions.js';
import { EmbeddedArakoon } from './embeddedArakoon.js';

/**
 * Starts an Arakoon cluster in this process, on free ports of this machine. For tests and for trying things out.
 * Resolves when every node listens; rejects with a `UsageError` about an option, or with a `ConnectError` when one
 * cannot.
 *
 * @example
 * ```ts
 * import { startArakoon } from 'quorum-rx/testing';
 *
 * await using server = await startArakoon({ nodes: ['a', 'b', 'c'], entries: { '/greeting': 'hello' } });
 * console.log(server.cluster.nodes['a'], server.master); // [ '127.0.0.1:40123' ] a
 * server.electMaster('b');
 * ```
 */
export async function startArakoon(options: ArakoonServerOptions = {}): Promise<EmbeddedArakoon> {
  const server = new EmbeddedArakoon(options, true);
  await server.accept();
  return server;
}

/**
 * The same cluster without sockets: reached by its `transport()` alone, and driven by a scheduler, so that a test can
 * turn time by hand.
 */
export function arakoonInMemory(options: ArakoonServerOptions = {}): EmbeddedArakoon {
  return new EmbeddedArakoon(options, false);
}
