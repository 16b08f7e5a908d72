export { startZooKeeper, zooKeeperInMemory } from './zookeeper/startZooKeeper.js';
export type { EmbeddedZooKeeper, EmbeddedNode } from './zookeeper/embeddedZooKeeper.js';
export type {
  ZooKeeperFault,
  ZooKeeperFaultRequest,
  ZooKeeperServerOptions,
} from './zookeeper/zooKeeperServerOptions.js';
export type { ZooKeeperOperation, ZooKeeperProfile } from './zookeeper/zooKeeperProfile.js';
export { faultProxy, type FaultProxy } from './proxy/faultProxy.js';
export { randomFaults, type FaultKind, type RandomFaultsOptions } from './proxy/randomFaults.js';
export type { Direction } from './proxy/proxyTypes.js';
export type { Faults } from './proxy/faults.js';
export type { FaultStep } from './proxy/faultStep.js';
export type { ProxyOptions } from './proxy/proxyOptions.js';
export type { Rewrite } from './proxy/proxyTypes.js';
export { arakoonInMemory, startArakoon } from './arakoon/startArakoon.js';
export type { EmbeddedArakoon } from './arakoon/embeddedArakoon.js';
export type { ArakoonFault, ArakoonFaultRequest, ArakoonServerOptions } from './arakoon/arakoonServerOptions.js';
export type { UserFunctions, UserHookCall, UserHooks, UserStore } from './arakoon/types.js';
export { etcdInMemory, startEtcd } from './etcd/startEtcd.js';
export type { EmbeddedEtcd } from './etcd/embeddedEtcd.js';
export type { EtcdV2File } from './etcd/inspectedEtcd.js';
export type { EtcdChanges } from './etcd/store/changesFrom.js';
export type { EtcdFault, EtcdFaultRequest, EtcdServerOptions } from './etcd/etcdServerOptions.js';
export { simulate, type SimulateOptions, type SimulationFailure, type SimulationReport } from './simulator/simulate.js';
export type { SimulatedFault } from './simulator/faults.js';
export { ETCD_FAULTS, type Plan, type Placement, type PlannedFault } from './simulator/plan.js';
export type {
  Actor,
  Fact,
  Law,
  RefusedRequest,
  SimulatedProcess,
  SimulatedWorld,
  Stage,
  Violation,
} from './simulator/types.js';
