/**
 * Arakoon as RxJS streams.
 *
 * @module
 */
export type { Arakoon } from './client/arakoon.js';
export type {
  PrefixOptions,
  Range,
  ReadOptions,
  SequenceOptions,
  UserHookOptions,
  ViewOptions,
} from './client/requestOptions.js';
export type { Nursery } from './client/nursery.js';
export { steps } from './client/steps.js';
export type { Cluster } from './cluster.js';
export { connect } from './connect.js';
export { fromIni, type IniCluster, type IniTls } from './ini.js';
export { open, type OpenOptions } from './open.js';
export type { ConnectOptions } from './options.js';
export type { Consistency } from './protocol/consistency.js';
export type { ArakoonCode } from './protocol/errorCode.js';
export type { Interval, Span } from './protocol/interval.js';
export type { ClusterNodes, NodeAddress, NurseryConfig } from './protocol/nurseryConfig.js';
export type { Entry, ServerVersion } from './protocol/ops/reads.js';
export type { Routing } from './protocol/routing.js';
export type { Statistic, Statistics } from './protocol/statistics.js';
export type { Step } from './protocol/step.js';
export type { CallOptions } from './session/callOptions.js';
export * from '../client/observation.js';
export type { Pullable } from '../client/paced.js';
export type { ClusterState, CollapseProgress, Diagnostic } from './types.js';
export { type TlsOptions, tls } from '../transport/tls.js';
export { tcp } from '../transport/tcp.js';
export { type ArakoonCells, cells } from './cells.js';
export { acquire, type OwnedLease } from '../lease/acquire.js';
export type { Held } from '../lease/held.js';
export { LeaseError, type LeaseErrorCode } from '../lease/leaseError.js';
export { whileHeld, type WhileHeldOptions } from '../lease/whileHeld.js';
export { breakLock } from './recipes/breakLock.js';
export type { HeldLock } from './recipes/heldLock.js';
export { lock, type LockOptions } from './recipes/lock.js';
export { lockState, type LockClient, type LockState } from './recipes/lockState.js';
export { type Keeper, nursery, type NurseryOptions } from './recipes/nursery/nursery.js';
export type { NurseryClient } from './recipes/nursery/nurseryClient.js';
export { poll, type Polled } from './recipes/poll.js';
export type { Look, PollOptions } from './recipes/polling.js';
export { pollPrefix, type PolledPrefix } from './recipes/pollPrefix.js';
export { prefixEnd } from '../core/prefixEnd.js';
export { type Page, type PagedRangeOptions, pagedRange } from './recipes/pagedRange.js';
export { update } from './recipes/update.js';
