/**
 * ZooKeeper as RxJS streams.
 *
 * @module
 */
export { type ServerList, connect } from './connect.js';
export { type OpenOptions, open } from './open.js';
export type { ConnectOptions, Identity } from './options.js';
export { SessionTicket, type TicketFields, type TicketJson } from './sessionTicket.js';
export type { ReadOptions, VersionOptions, ViewOptions } from './client/viewOptions.js';
export type { ZooKeeper } from './client/zooKeeper.js';
export type { ZooKeeperAccess } from './client/api/zooKeeperAccess.js';
export type { ZooKeeperEnsemble } from './client/api/zooKeeperEnsemble.js';
export type { ZooKeeperReads } from './client/api/zooKeeperReads.js';
export type { ZooKeeperWatches } from './client/api/zooKeeperWatches.js';
export type { ZooKeeperWrites } from './client/api/zooKeeperWrites.js';
export type { Outcome, Outcomes } from '../core/outcome.js';
export type { EnsembleConfig, Member } from './client/config.js';
export type { CreateOptions } from './client/createNode.js';
export type { MultiReads, Read, ReadResult, Snapshot, SnapshotNode } from './client/consistentReads.js';
export type { CreatedOrSet, CreateOrSetOptions } from './client/createOrSet.js';
export type { EnsureOptions } from './client/ensurePath.js';
export {
  type EmptyTransaction,
  type EncodedBy,
  type NodeOptions,
  Transaction,
  type TransactionResult,
} from './client/transaction.js';
export type { SaslExchange, SaslMechanism } from './sasl/saslMechanism.js';
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
export { type AclPolicy, CREATOR_ALL_ACL, digestAcl, OPEN_ACL, READ_ACL } from './acl.js';
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
export { digestMd5, type DigestMd5Options } from './sasl/digestMd5.js';
export { gssapi, type GssapiOptions, type KerberosClient, type KerberosLibrary } from './sasl/gssapi.js';
export type { Priority } from './session/outbox.js';
export { cells, type CellsClient, type ZooKeeperCells } from './cells.js';
export type { WatchedChildren } from './watch/watchChildren.js';
export type { EventsOptions } from './watch/watchEvents.js';
export type { WatchedNode } from './watch/watchNode.js';
export type { TreeChange } from './watch/tree/treeChange.js';
export type { Tree, TreeNode } from './watch/tree/treeNode.js';
export type { TreeOptions, WatchedTree } from './watch/tree/watchTree.js';
export { type TlsOptions, tls } from '../transport/tls.js';
export { tcp } from '../transport/tcp.js';
export { acquire, type OwnedLease } from '../lease/acquire.js';
export type { Contender, NodeNaming } from './recipes/locks/contenders.js';
export { elect, type ElectOptions, type Leadership } from './recipes/locks/elect.js';
export type { Lease } from './recipes/locks/lease.js';
export { LeaseError, type LeaseErrorCode } from '../lease/leaseError.js';
export {
  lock,
  type LockOptions,
  type SemaphoreOptions,
  readWriteLock,
  type ReadWriteLock,
  semaphore,
} from './recipes/locks/lock.js';
export type { ContendOptions, LockClient } from './recipes/locks/lockClient.js';
export { type KnownContender, watchContenders } from './recipes/locks/watchContenders.js';
export { whileHeld } from '../lease/whileHeld.js';
export { whileLeader, type WhileLeaderOptions } from '../lease/whileLeader.js';
export { barrier, type Barrier, doubleBarrier, type DoubleBarrierEntry } from './recipes/presence/barrier.js';
export type { Counter, WatchedCount } from '../core/digits.js';
export { counter } from './recipes/nodes/counter.js';
export { joinParty, type Member as PartyMember, watchParty } from './recipes/presence/party.js';
export { type PresenceClient, persistentNode } from './recipes/presence/persistentNode.js';
export { update, type UpdateClient, type Updated, type UpdateOptions } from './recipes/nodes/update.js';
export { consume, enqueue, type Item } from './recipes/queues/queue.js';
export type { QueueClient } from './recipes/queues/claimedItem.js';
export type { Held, ProvenHold } from '../lease/held.js';
export { type MultiLease, multiLock } from './recipes/locks/multiLock.js';
export {
  type Part,
  setPartitioner,
  type PartitionerClient,
  type SetPartitionerOptions,
} from './recipes/locks/setPartitioner.js';
export { revoke } from './recipes/locks/revoke.js';
export { type TimeLeaseClient, timeLease, type TimeLease, type TimeLeaseOptions } from './recipes/locks/timeLease.js';
export type { WhileHeldOptions } from '../lease/whileHeld.js';
export type { Instances, ServiceInstance } from '../core/serviceInstance.js';
export type { Registration } from '../client/registered.js';
export { register, type RegisterOptions } from './recipes/discovery/register.js';
export { watchInstances, watchServices } from './recipes/discovery/watchInstances.js';
export * from '../client/observation.js';
export { pick, type Picker, type PickOptions } from '../client/pick.js';
export type { PersistentNodeOptions } from './recipes/presence/persistentNode.js';
export {
  copyTree,
  type CopiedTree,
  type CopyTreeOptions,
  type CopySource,
  type CopyTarget,
} from './recipes/nodes/copyTree.js';
export { typedNode, type TypedNode } from './recipes/nodes/typedNode.js';
export type { ConsumeOptions, EnqueueOptions } from './recipes/queues/queue.js';
export { simpleQueue, type SimpleQueue } from './recipes/queues/simpleQueue.js';
export {
  type WatchedSnapshot,
  type WatchedSnapshotNode,
  type SnapshotPart,
  watchSnapshot,
} from './recipes/nodes/watchSnapshot.js';
