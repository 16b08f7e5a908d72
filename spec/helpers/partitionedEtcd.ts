import { firstValueFrom } from 'rxjs';
import { type Etcd, open } from '../../lib/etcd/index.js';
import { type FaultProxy, startFaultProxy } from './faultProxy.js';
import { type RealEtcdCluster, startRealEtcd } from './realEtcd.js';

/** How a member of etcd introduces itself to another. */
const SENDER = /X-Server-From: ([0-9a-f]+)/i;

/** Real etcd servers whose lines to each other can be cut. Clients still reach all of them. */
export class PartitionedEtcd implements AsyncDisposable {
  readonly cluster: RealEtcdCluster;
  readonly #proxies: readonly FaultProxy[];
  readonly #ids: readonly string[]; // of the members
  readonly #senders: readonly Map<number, string>[]; // by the proxy, and the number of its connection

  private constructor(cluster: RealEtcdCluster, proxies: readonly FaultProxy[], ids: readonly string[]) {
    this.cluster = cluster;
    this.#proxies = proxies;
    this.#ids = ids;
    this.#senders = proxies.map(() => new Map<number, string>());
    this.heal();
  }

  static async start(members: number): Promise<PartitionedEtcd> {
    const proxies: FaultProxy[] = [];
    const cluster = await startRealEtcd({
      members,
      async peerPort(port) {
        const proxy = await startFaultProxy({ host: '127.0.0.1', port });
        proxies.push(proxy);
        return proxy.port;
      },
    });
    await using etcd = await open(cluster.endpoints);
    const ids = await Promise.all(cluster.members.map(({ endpoint }) => idOf(etcd, endpoint)));
    return new PartitionedEtcd(cluster, proxies, ids);
  }

  /** Lets one member hear nothing of the others, and they nothing of it. */
  isolate(member: number): void {
    this.#proxies.forEach((proxy, i) => {
      proxy.rewrite = (bytes, _direction, connection) => {
        const from = this.#from(i, connection, bytes);
        return i === member || from === this.#ids[member] ? new Uint8Array(0) : bytes;
      };
      proxy.cut();
    });
  }

  /** The members hear of each other again. */
  heal(): void {
    this.#proxies.forEach((proxy, i) => {
      proxy.rewrite = (bytes, _direction, connection) => {
        this.#from(i, connection, bytes);
        return bytes;
      };
      proxy.cut();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster.stop();
    await Promise.all(this.#proxies.map((proxy) => proxy.stop()));
  }

  /** The member that has opened a connection, once it has said so. */
  #from(proxy: number, connection: number, bytes: Buffer): string | undefined {
    const senders = this.#senders[proxy]!;
    const said = senders.get(connection) ?? SENDER.exec(bytes.toString('latin1'))?.[1];
    if (said !== undefined) senders.set(connection, said);
    return said;
  }
}

async function idOf(etcd: Etcd, endpoint: string): Promise<string> {
  const { memberId } = await firstValueFrom(etcd.maintenance.status({ endpoint }));
  return memberId.toString(16);
}
