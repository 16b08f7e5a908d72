/**
 * Etcd as RxJS streams, by the API of version 3.
 *
 * @module
 */
export type { Etcd } from './v3/client/etcd.js';
export type { Access, Auth, Permission, RolePermissions, Roles, Users } from './v3/client/auth.js';
export type { Branch, TransactionResult } from './v3/client/branch.js';
export type { Comparison, Condition } from './v3/client/condition.js';
export type { KeyRange, KeyValue } from './v3/client/keyValue.js';
export type {
  Alarm,
  AlarmKind,
  Alarms,
  Downgrade,
  KeyValueHash,
  Maintenance,
  MemberStatus,
} from './v3/client/maintenance.js';
export type { Member, Members } from './v3/client/members.js';
export type {
  DeleteOptions,
  DeleteResult,
  MemberCallOptions,
  Page,
  PagesOptions,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
  ReadOptions,
  ViewOptions,
} from './v3/client/requestOptions.js';
export type { Transaction } from './v3/client/transaction.js';
export { connect } from './v3/connect.js';
export type { Endpoints } from './endpoints.js';
export { discoverEndpoints, type DiscoverOptions } from './discoverEndpoints.js';
export type { SrvLookup, SrvRecord } from '../transport/srv.js';
export { open, type OpenOptions } from './v3/open.js';
export type { ConnectOptions, EtcdTransport } from './v3/options.js';
export type { EtcdCode } from './v3/protocol/errorCode.js';
export type { Credentials, Diagnostic, EtcdState } from './types.js';
export type { CallOptions } from '../client/callOptions.js';
export * from '../client/observation.js';
export type { Pullable } from '../client/paced.js';
export { type TlsOptions } from '../transport/tls.js';
export type { EventsOptions, KeyChange, KeyEntry } from './v3/client/eventTypes.js';
export type { RangeEvents } from './v3/watch/rangeEvents.js';
export type { KeyFacts, WatchedKey } from './v3/watch/watchKey.js';
export type { WatchedEntry, WatchedRange } from './v3/watch/watchRange.js';
export type { LeaseInfo, Leases } from './v3/client/createLeases.js';
export type { LeaseStanding } from './v3/lease/heldLease.js';
export { acquire, type OwnedLease } from '../lease/acquire.js';
export type { Held, ProvenHold } from '../lease/held.js';
export { LeaseError, type LeaseErrorCode } from '../lease/leaseError.js';
export { whileHeld, type WhileHeldOptions } from '../lease/whileHeld.js';
export { whileLeader, type WhileLeaderOptions } from '../lease/whileLeader.js';
export { elect, type Leader, type Leadership, proclaim, watchLeader } from './recipes/elect.js';
export type { EtcdLease } from './recipes/etcdLease.js';
export {
  type ContendOptions,
  lock,
  type LockOptions,
  readWriteLock,
  type ReadWriteLock,
  semaphore,
} from './recipes/lock.js';
export type { LockClient } from './recipes/lockClient.js';
export type { Contender } from './recipes/waitInLine.js';
export { cells, type EtcdCells } from './cells.js';
export { announce, type AnnounceOptions } from './recipes/announce.js';
export { stm, type StmOptions, type StmResult } from './recipes/stm.js';
export type { StmClient, StmIsolation } from './recipes/stmAttempt.js';
export type { StmTransaction } from './recipes/stmTransaction.js';
export { barrier, type Barrier } from './recipes/barrier.js';
export type { Counter, WatchedCount } from '../core/digits.js';
export { counter } from './recipes/counter.js';
export { doubleBarrier, type DoubleBarrierEntry } from './recipes/doubleBarrier.js';
export { update, type UpdateClient, type Updated } from './recipes/update.js';
export { consume, type ConsumeOptions } from './recipes/consume.js';
export { enqueue } from './recipes/enqueue.js';
export type { Item, ItemOptions, QueueOrder } from './recipes/putItem.js';
export { simpleQueue, type SimpleQueue } from './recipes/simpleQueue.js';
export { session, type SessionOptions, type SessionStanding } from './recipes/session.js';
export type { Instances, ServiceInstance } from '../core/serviceInstance.js';
export type { Registration } from '../client/registered.js';
export { pick, type Picker, type PickOptions } from '../client/pick.js';
export { joinParty, type JoinOptions, watchParty } from './recipes/joinParty.js';
export { register, type RegisterOptions } from './recipes/register.js';
export { type FencedInstances, watchInstances, watchServices } from './recipes/watchInstances.js';
export { type Present, watchPresence, type WatchedPresence } from './recipes/watchPresence.js';
