/**
 * The words of wrpme, for programs that were written for it: its clients, the functions of its handle, its error
 * constants and its exceptions, over a hive in a store of today.
 *
 * @module
 */
export type { WrpmeKey } from './aliasOf.js';
export { Client } from './client.js';
export { codeOf } from './codeOf.js';
export {
  type WrpmeCode,
  type WrpmeFailure,
  type WrpmeWord,
  error_alias_already_exists,
  error_alias_not_found,
  error_alias_too_long,
  error_buffer_too_small,
  error_connection_refused,
  error_connection_reset,
  error_host_not_found,
  error_internal,
  error_invalid_command,
  error_invalid_input,
  error_invalid_option,
  error_invalid_protocol,
  error_no_memory,
  error_ok,
  error_system,
  error_timeout,
  error_unexpected_reply,
} from './errorCode.js';
export { exceptionOf } from './exceptionOf.js';
export { type Handle, close, connect, get, open, put, remove as delete, update } from './handle.js';
export type { WrpmeHive, WrpmeOpener, WrpmeOptions } from './hiveLink.js';
export { RawClient } from './rawClient.js';
export {
  AliasAlreadyExists,
  AliasNotFound,
  AliasTooLong,
  BufferTooSmall,
  ConnectionRefused,
  ConnectionReset,
  HostNotFound,
  Internal,
  InvalidCommand,
  InvalidInput,
  InvalidOption,
  InvalidProtocol,
  NoMemory,
  System,
  Timeout,
  UnexpectedReply,
  type WrpmeContext,
  WrpmeException,
} from './wrpmeException.js';
