import type { CoordinationError } from '../../lib/core/errors.js';
import type { ZooKeeper } from '../../lib/zookeeper/client/zooKeeper.js';
import { connect } from '../../lib/zookeeper/connect.js';
import type { ConnectOptions } from '../../lib/zookeeper/options.js';
import { ScriptedPeer } from './scriptedPeer.js';
import { VirtualTime } from './virtualTime.js';

/** A scripted peer in virtual time, and clients of it, with what becomes of them. */
export function scriptedClients() {
  const time = new VirtualTime();
  const peer = new ScriptedPeer(time);

  /** A client, what its states were and when, and how it ended. */
  const client = (servers: string, options: ConnectOptions = {}) => {
    const states: string[] = [];
    const diagnostics: string[] = [];
    const seen: { zk: ZooKeeper; error?: CoordinationError; completed?: boolean } = { zk: undefined as never };
    const subscription = connect(servers, {
      scheduler: time,
      transport: peer.transport,
      random: () => 0,
      serverVersion: '3.8.0',
      ...options,
    }).subscribe({
      next: (zk) => {
        seen.zk = zk;
        zk.state$.subscribe(({ kind }) => states.push(`${time.now()} ${kind}`));
        zk.diagnostics$.subscribe(({ kind }) => diagnostics.push(`${time.now()} ${kind}`));
      },
      error: (error: CoordinationError) => (seen.error = error),
      complete: () => (seen.completed = true),
    });
    return { states, diagnostics, subscription, seen };
  };

  /** What becomes of requests, each with its moment. */
  const ends = () => {
    const log: unknown[] = [];
    const observer = (name: string) => ({
      next: () => log.push(`${time.now()} ${name}`),
      error: ({ code, effect }: CoordinationError) => log.push(`${time.now()} ${name}! ${code} ${effect}`),
    });
    return { log, observer };
  };

  return { time, peer, client, ends };
}
