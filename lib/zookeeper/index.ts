/**
 * ZooKeeper as RxJS streams.
 *
 * @module
 */
export { type ServerList, connect } from './connect.js';
export { type OpenOptions, open } from './open.js';
export type { ConnectOptions, Identity, Ticket } from './options.js';
export type { CloseOptions, ReadOptions, VersionOptions, ZooKeeper } from './client/zooKeeper.js';
export type { Outcome, Outcomes } from './client/batch.js';
export type { EnsembleConfig, Member } from './client/config.js';
export type { CreateOptions } from './client/createNode.js';
export type { MultiReads, Read, ReadResult, Snapshot, SnapshotNode } from './client/reads.js';
export { type NodeOptions, Transaction } from './client/transaction.js';
export type { SaslExchange, SaslMechanism } from './saslMechanism.js';
export type { Diagnostic, LostReason, Lost, SessionState } from './sessionState.js';
export {
  type Acl,
  type Capability,
  type ClientInfo,
  type CreateMode,
  Permission,
  type Stat,
  type Version,
} from './types.js';
export { CREATOR_ALL, OPEN, READ_ONLY } from './acl.js';
export { joinPath, nameOf, parentOf, sequenceOf } from './path.js';
export type { ZooKeeperCode } from './protocol/errorCode.js';
export type { NodeEvent, NodeEventType } from './protocol/event.js';
export type { NodeAcl } from './protocol/ops/acl.js';
export type { Created } from './protocol/ops/createOp.js';
export type { Children } from './protocol/ops/getChildren.js';
export type { NodeData } from './protocol/ops/getData.js';
export type { ReconfigRequest } from './protocol/ops/reconfig.js';
export type { WatcherType, WatchMode } from './protocol/ops/watches.js';
export type { CallOptions } from './session/exchange.js';
export { digestMd5, type DigestMd5Options } from './session/digestMd5.js';
export { gssapi, type GssapiOptions, type KerberosClient, type KerberosLibrary } from './session/gssapi.js';
export type { Priority } from './session/outbox.js';
export type { WatchedChildren } from './watch/watchChildren.js';
export type { EventsOptions } from './watch/watchEvents.js';
export type { WatchedNode } from './watch/watchNode.js';
export type { TreeChange } from './watch/tree/treeChange.js';
export type { Tree, TreeNode } from './watch/tree/treeNode.js';
export type { TreeOptions, WatchedTree } from './watch/tree/watchTree.js';
export { type TlsOptions, tls } from '../transport/tls.js';
export { tcp } from '../transport/tcp.js';
export { acquire, type OwnedLease } from './recipes/acquire.js';
export type { Contender, Layout } from './recipes/contenders.js';
export { elect, type ElectOptions, type Leadership } from './recipes/elect.js';
export type { Lease } from './recipes/lease.js';
export { LeaseError, type LeaseErrorCode } from './recipes/leaseError.js';
export { lock, type LockOptions, readWriteLock, type ReadWriteLock, semaphore } from './recipes/lock.js';
export type { ContendOptions, Contending } from './recipes/queueUp.js';
export { type KnownContender, watchContenders } from './recipes/watchContenders.js';
export { whileHeld } from './recipes/whileHeld.js';
export { whileLeader, type WhileLeaderOptions } from './recipes/whileLeader.js';
export { barrier, type Barrier, doubleBarrier, type Gathering } from './recipes/barrier.js';
export { counter, type Counter } from './recipes/counter.js';
export { joinParty, type Member as PartyMember, watchParty } from './recipes/party.js';
export { type Appearing, present } from './recipes/present.js';
export { update, type Updated, type UpdateOptions } from './recipes/update.js';
export { consume, enqueue, type Item, type Queueing } from './recipes/queue.js';
export type { Held } from './recipes/lease.js';
export { type MultiLease, multiLock } from './recipes/multiLock.js';
export { type Part, partition, type Partitioning, type PartitionOptions } from './recipes/partition.js';
export { revoke } from './recipes/revoke.js';
export { type Leasing, timeLease, type TimeLease, type TimeLeaseOptions } from './recipes/timeLease.js';
export type { WhileHeldOptions } from './recipes/whileHeld.js';
export type { ServiceInstance } from './recipes/discovery/serviceInstance.js';
export { register, type RegisterOptions, type Registration } from './recipes/discovery/register.js';
export { type Instances, watchInstances, watchServices } from './recipes/discovery/watchInstances.js';
export { pick, type Picker, type PickOptions } from './recipes/discovery/pick.js';
export type { PresentOptions } from './recipes/present.js';
export { copy, type Copied, type CopyOptions, type CopySource, type CopyTarget } from './recipes/copy.js';
export { node, type TypedNode } from './recipes/node.js';
export type { ConsumeOptions, EnqueueOptions } from './recipes/queue.js';
export { simpleQueue, type SimpleQueue } from './recipes/simpleQueue.js';
export { type Combination, type CombinedNode, type ConsistentPart, consistent } from './recipes/consistent.js';
