/**
 * The words that all stores share: errors, codecs, endpoints. Needs nothing of Node, so a browser can import it.
 *
 * @module
 */
export type { Backoff } from './backoff.js';
export { bytes, type Codec, json, type SchemaResult, type StandardSchema, utf8, ValueError } from './codecs.js';
export { CellError, type CellErrorCode } from './cellError.js';
export type {
  Cell,
  CellCondition,
  CellReadOptions,
  Cells,
  CellStep,
  List,
  Polling,
  PrefixWatching,
  Presence,
  Transact,
  WatchedCell,
  WatchedCells,
  Watching,
} from './contract.js';
export type { Endpoint } from './endpoint.js';
export {
  ConnectError,
  type ConnectErrorCode,
  ConnectionLostError,
  type ConnectionLostErrorCode,
  CoordinationError,
  type Effect,
  type ErrorCode,
  type ErrorContext,
  type ErrorLayer,
  type ErrorOf,
  isCoordinationError,
  type KnownError,
  type KnownErrors,
  ProtocolError,
  type ProtocolErrorCode,
  ServerError,
  SessionError,
  type SessionErrorCode,
  UsageError,
  type UsageErrorCode,
} from './errors.js';
export type { Link, Transport } from './link.js';
export type { Found, Freshness, Watched } from './watched.js';
