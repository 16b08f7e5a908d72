import { type KnownError, type UsageError, isCoordinationError } from '../../core/errors.js';
import {
  type WrpmeFailure,
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
  error_system,
  error_timeout,
  error_unexpected_reply,
} from './errorCode.js';
import { WrpmeException } from './wrpmeException.js';

/** Errors that Node and the engine report, by their `code`. */
const OF_NODE: Readonly<Record<string, WrpmeFailure>> = {
  ECONNREFUSED: error_connection_refused,
  ECONNRESET: error_connection_reset,
  EPIPE: error_connection_reset,
  ENOTFOUND: error_host_not_found,
  EAI_AGAIN: error_host_not_found,
  ETIMEDOUT: error_timeout,
  ENOMEM: error_no_memory,
  ERR_MEMORY_ALLOCATION_FAILED: error_no_memory,
  ERR_BUFFER_TOO_LARGE: error_no_memory,
};

/** Errors of this library with one meaning, whatever their layer is. */
const OF_HOUSE: Readonly<Record<string, WrpmeFailure>> = {
  ALIAS_NOT_FOUND: error_alias_not_found,
  ABSENT: error_alias_not_found,
  ALIAS_ALREADY_EXISTS: error_alias_already_exists,
  EXISTS: error_alias_already_exists,
  CORRUPT: error_unexpected_reply,
  ENTRY_CHANGED: error_unexpected_reply,
  UPLOAD_CONDEMNED: error_timeout,
  NAME_NOT_FOUND: error_host_not_found,
  REFUSED: error_connection_refused,
  AUTH_FAILED: error_connection_refused,
  KDC_UNREACHABLE: error_connection_refused,
  CLOSED: error_connection_reset,
  ABORTED: error_system,
  TIMEOUT: error_timeout,
  NO_MASTER: error_timeout,
  OPERATION_TIMEOUT: error_timeout,
  REQUEST_TIMEOUT: error_timeout,
  GATEWAY_TIMEOUT: error_timeout,
  TIMED_OUT: error_timeout,
  RAFT_INTERNAL: error_timeout,
  DEADLINE_EXCEEDED: error_timeout,
  OVERFLOW: error_buffer_too_small,
  REPLY_TOO_LARGE: error_buffer_too_small,
  TOO_LARGE: error_invalid_input,
  NO_SPACE: error_no_memory,
  QUOTA_EXCEEDED: error_no_memory,
  UNIMPLEMENTED: error_invalid_command,
  UNSUPPORTED: error_invalid_command,
  NOT_SUPPORTED: error_invalid_command,
  NO_V2_API: error_invalid_command,
  METHOD_NOT_ALLOWED: error_invalid_command,
};

/** Operations that read a value: a codec that fails in one of them has had bad bytes. */
const READS: ReadonlySet<unknown> = new Set(['get', 'getRaw', 'getAndUpdate', 'getAndRemove', 'watch', 'verify']);
/** How many errors behind an error are looked at. */
const DEEPEST = 10;

/**
 * The number of wrpme for any error: of this library, of Node, or of any other kind. It is 1 to 16.
 *
 * @example
 * ```ts
 * import { openHive } from 'quorum-rx/hive';
 * import { codeOf, error_alias_not_found } from 'quorum-rx/hive/wrpme';
 *
 * const people = await openHive('memory:');
 * people.get('ada').subscribe({ error: (error: unknown) => console.log(codeOf(error) === error_alias_not_found) });
 * ```
 */
export function codeOf(error: unknown): WrpmeFailure {
  if (error instanceof WrpmeException) return error.number;
  if (!isCoordinationError(error))
    return codeOfNode(error) ?? (isOutOfMemory(error) ? error_no_memory : error_internal);
  if (error.layer === 'usage' && 'argument' in error) return codeOfUsage(error);
  if (error.code === 'BAD_VALUE') return READS.has(error.operation) ? error_unexpected_reply : error_invalid_input;
  const known = Object.hasOwn(OF_HOUSE, error.code) ? OF_HOUSE[error.code] : undefined;
  // a client that cannot connect gives up after a time; the reason says more
  if (error.name === 'ConnectError' && (known === undefined || known === error_timeout))
    return codeOfNode(error) ?? known ?? error_connection_refused;
  return known ?? codeOfLayer(error);
}

function codeOfUsage({ argument, code, cause }: UsageError): WrpmeFailure {
  if (argument === 'alias' && code === 'TOO_LARGE') return error_alias_too_long;
  // a client of the store has refused a part of the URL, where there is a cause
  if (argument === 'url') return cause === undefined ? error_invalid_protocol : error_invalid_input;
  return /^options\b/.test(argument) ? error_invalid_option : error_invalid_input;
}

/** The number of the first error of Node behind an error. */
function codeOfNode(error: unknown): WrpmeFailure | undefined {
  let at = error as { readonly code?: unknown; readonly cause?: unknown; readonly errors?: unknown } | undefined;
  for (let depth = 0; depth < DEEPEST && typeof at === 'object' && at !== null; depth++) {
    const code = isCoordinationError(at) && at.code === 'NAME_NOT_FOUND' ? 'ENOTFOUND' : at.code;
    if (typeof code === 'string' && Object.hasOwn(OF_NODE, code)) return OF_NODE[code];
    const several = (Array.isArray(at.errors) ? at.errors : []) as (typeof at)[]; // one for each address of a host
    at = (at.cause as typeof at) ?? several[0];
  }
  return undefined;
}

function codeOfLayer({ layer }: KnownError): WrpmeFailure {
  switch (layer) {
    case 'transport':
    case 'session':
      return error_connection_reset;
    case 'protocol':
      return error_unexpected_reply;
    case 'usage':
      return error_invalid_input;
    case 'server':
      return error_system;
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError && /allocation|memory|length/i.test(error.message);
}
