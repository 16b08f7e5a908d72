/**
 * Etcd as RxJS streams, by the HTTP API of version 2.
 *
 * @module
 */
export { type EtcdV2Cells, cells } from './cells.js';
export type { AuthV2 } from './client/auth.js';
export type { EtcdV2 } from './client/etcdV2.js';
export type { MembersV2 } from './client/membership.js';
export type { StatisticsV2 } from './client/statistics.js';
export { v2OverV3 } from './client/overV3/v2OverV3.js';
export { connectV2 } from './connectV2.js';
export type { Endpoints } from '../endpoints.js';
export { discoverEndpoints, type DiscoverOptions } from '../discoverEndpoints.js';
export type { SrvLookup, SrvRecord } from '../../transport/srv.js';
export { openV2, type OpenV2Options } from './openV2.js';
export type { ConnectV2Options, EtcdV2Transport } from './options.js';
export type { EtcdV2Action, EtcdV2Node, EtcdV2Result } from './protocol/answer.js';
export type { EtcdV2Version } from './protocol/clusterRequests.js';
export type { EtcdV2Code } from './protocol/errorCode.js';
export { EtcdV2Error } from './protocol/etcdV2Error.js';
export type { EtcdV2Encoding } from './protocol/valueCodec.js';
export type {
  EtcdV2Condition,
  EtcdV2Event,
  EtcdV2Member,
  EtcdV2Permissions,
  EtcdV2Role,
  EtcdV2User,
  EventsV2Options,
  LeaderStatistics,
  ReadV2Options,
  SelfStatistics,
  TtlOptions,
  ViewV2Options,
  WriteV2Options,
} from './types.js';
export type { Credentials, Diagnostic, EtcdState } from '../types.js';
export * from '../../client/observation.js';
export type { CallOptions } from '../../client/callOptions.js';
export type { Http1Client, Http1Headers, Http1Listener, Http1Request, Http1Stream } from '../../core/http1Client.js';
export { type TlsOptions } from '../../transport/tls.js';
