import { EmbeddedZooKeeper } from './embeddedZooKeeper.js';
import type { ZooKeeperServerOptions } from './zooKeeperServerOptions.js';

/**
 * Starts a ZooKeeper server in this process, on a free port of this machine. For tests and for trying things out: in
 * production, run an ensemble of real servers. Resolves when it listens; rejects with a `UsageError` about an option,
 * or with a `ConnectError` when it cannot listen there or its data file is damaged.
 *
 * @example
 * ```ts
 * import { open } from 'quorum-rx';
 * import { startZooKeeper } from 'quorum-rx/testing';
 * import { firstValueFrom } from 'rxjs';
 *
 * await using server = await startZooKeeper();
 * await using zk = await open(server.connectString);
 * await firstValueFrom(zk.create('/greeting', Buffer.from('hello')));
 * console.log(server.tree().get('/greeting')?.stat.version); // 0
 * ```
 */
export async function startZooKeeper(options: ZooKeeperServerOptions = {}): Promise<EmbeddedZooKeeper> {
  const server = new EmbeddedZooKeeper(options, true);
  await server.accept();
  return server;
}

/**
 * The same server without a socket: reached by its `transport()` alone, and driven by a scheduler, so that a test can
 * turn time by hand.
 *
 * @example
 * ```ts
 * import { connect } from 'quorum-rx';
 * import { zooKeeperInMemory } from 'quorum-rx/testing';
 * import { VirtualTimeScheduler } from 'rxjs';
 *
 * const scheduler = new VirtualTimeScheduler(undefined, 10_000);
 * const server = zooKeeperInMemory({ scheduler });
 * const client = connect('memory', { transport: server.transport(), scheduler });
 * client.subscribe((zk) => zk.state$.subscribe(({ kind }) => console.log(scheduler.now(), kind)));
 * scheduler.schedule(() => server.sessions.forEach((id) => server.expire(id)), 5_000);
 * scheduler.flush(); // ten seconds pass at once
 * ```
 */
export function zooKeeperInMemory(options: ZooKeeperServerOptions = {}): EmbeddedZooKeeper {
  return new EmbeddedZooKeeper(options, false);
}
