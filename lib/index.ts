/**
 * The front door: the ZooKeeper client, and the words that all stores share.
 *
 * @module
 */
export * from './zookeeper/index.js';
export type { Backoff } from './core/backoff.js';
export { bytes, type Codec, json, type SchemaResult, type StandardSchema, utf8, ValueError } from './core/codecs.js';
export type { Endpoint } from './core/endpoint.js';
export {
  ConnectError,
  ConnectionLostError,
  CoordinationError,
  type Effect,
  type ErrorContext,
  type ErrorLayer,
  isCoordinationError,
  ProtocolError,
  ServerError,
  SessionError,
  type SessionErrorCode,
  UsageError,
} from './core/errors.js';
export type { Link, Transport } from './core/link.js';
