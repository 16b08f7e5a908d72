import type { Observable, SchedulerLike, Subscription } from 'rxjs';
import type { Arakoon } from '../../arakoon/client/arakoon.js';
import { connect as connectArakoon } from '../../arakoon/connect.js';
import type { EtcdV2 } from '../../etcd/v2/client/etcdV2.js';
import { connectV2 } from '../../etcd/v2/connectV2.js';
import type { Etcd } from '../../etcd/v3/client/etcd.js';
import { connect as connectEtcd } from '../../etcd/v3/connect.js';
import type { ConnectOptions as EtcdOptions } from '../../etcd/v3/options.js';
import type { ZooKeeper } from '../../zookeeper/client/zooKeeper.js';
import { connect } from '../../zookeeper/connect.js';
import type { ConnectOptions } from '../../zookeeper/options.js';
import type { EtcdFault, EtcdFaultRequest } from '../etcd/etcdServerOptions.js';
import type { SimulatedNetwork } from './simulatedNetwork.js';
import type { SimulatedProcess, SimulatedWorld } from './types.js';

/** A world as clients need it: with a fault for each request of etcd. */
export interface ClientWorld extends SimulatedWorld {
  etcdFaultFor(process: SimulatedProcess, request: EtcdFaultRequest): EtcdFault | undefined;
}

/** The options of the clients of a process. */
export interface ClientOptions {
  readonly zk: ConnectOptions;
  readonly etcd: EtcdOptions;
}

/** The process of a client. */
export interface ClientHome extends SimulatedProcess {
  readonly scheduler: SchedulerLike;
  readonly network: SimulatedNetwork;
}

/** A client, which lives as long as the subscription. */
export interface Lasting<C> {
  readonly client: C;
  readonly subscription: Subscription;
}

/** @param ended called when the client errors */
export function simulatedZooKeeper(
  world: ClientWorld,
  { name, scheduler, network }: ClientHome,
  options: ConnectOptions,
  ended: () => void
): Lasting<ZooKeeper> {
  let client!: ZooKeeper;
  const transport = network.through((endpoint) => world.server.transport()(endpoint));
  const subscription = connect(world.servers$, {
    ...{ scheduler, transport, random: world.random },
    ...options,
  }).subscribe({
    next: (zk) => (client = zk),
    error: (error: unknown) => {
      world.log(() => `${name}: the client errors with ${String(error)}`);
      ended();
    },
  });
  return { client, subscription };
}

export function simulatedArakoon(world: ClientWorld, { scheduler, network }: ClientHome): Lasting<Arakoon> {
  let client!: Arakoon;
  const { cluster, random } = world;
  const transport = network.through(cluster.transport(), 'other');
  const subscription = connectArakoon(cluster.cluster, { scheduler, transport, random }).subscribe({
    next: (arakoon) => (client = arakoon),
    error: () => undefined,
  });
  return { client, subscription };
}

export function simulatedEtcd(world: ClientWorld, home: ClientHome, options: EtcdOptions): Lasting<Etcd> {
  const { etcd, random } = world;
  const { scheduler, network } = home;
  const transport = network.toEtcd(etcd, (request) => world.etcdFaultFor(home, request));
  return ofEtcd(world, connectEtcd(etcd.endpoints, { scheduler, transport, random, ...options }));
}

export function simulatedEtcdV2(world: ClientWorld, home: ClientHome): Lasting<EtcdV2> {
  const { etcd, random } = world;
  const { scheduler, network } = home;
  const transport = network.toEtcdV2(etcd, (request) => world.etcdFaultFor(home, request));
  return ofEtcd(world, connectV2(etcd.endpoints, { scheduler, transport, random }));
}

function ofEtcd<C>(world: ClientWorld, client$: Observable<C>): Lasting<C> {
  let client!: C;
  const subscription = client$.subscribe({
    next: (connected) => (client = connected),
    error: (error: unknown) => world.violated('a client of etcd does not end by itself', String(error)),
  });
  return { client, subscription };
}
