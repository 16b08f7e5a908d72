import { CoordinationError, type Effect, type ErrorContext, type ErrorLayer } from '../../core/errors.js';
import {
  error_system,
  error_internal,
  error_no_memory,
  error_invalid_protocol,
  error_host_not_found,
  error_invalid_option,
  error_alias_too_long,
  error_alias_not_found,
  error_alias_already_exists,
  error_timeout,
  error_buffer_too_small,
  error_invalid_command,
  error_invalid_input,
  error_connection_refused,
  error_connection_reset,
  error_unexpected_reply,
  WORDS,
  type WrpmeFailure,
  type WrpmeWord,
} from './errorCode.js';

/** The place of a {@link WrpmeException}, and the consequences of its request. */
export interface WrpmeContext extends ErrorContext {
  readonly layer?: ErrorLayer;
  readonly effect?: Effect;
}

/**
 * The base of the exceptions of wrpme, with one class for each error. `cause` is the error of this library that stands
 * behind it, and `effect` says whether the request may have changed something.
 */
export class WrpmeException extends CoordinationError {
  /** The error's number. */
  static readonly number: WrpmeFailure = error_internal;
  declare readonly code: WrpmeWord;
  readonly layer: ErrorLayer;
  readonly effect: Effect;
  /** The error's number, as a function of the handle returns it. */
  readonly number: WrpmeFailure;

  constructor(message: string, context: WrpmeContext = {}) {
    super(WORDS[new.target.number], message, context);
    this.number = new.target.number;
    this.layer = context.layer ?? 'usage';
    this.effect = context.effect ?? 'none';
  }
}

/** A system error occurred. */
export class System extends WrpmeException {
  static override readonly number = error_system;
}

/** An internal error occurred. */
export class Internal extends WrpmeException {
  static override readonly number = error_internal;
}

/** Out of memory, or of space in the store. */
export class NoMemory extends WrpmeException {
  static override readonly number = error_no_memory;
}

/** The URL names no store that is known. */
export class InvalidProtocol extends WrpmeException {
  static override readonly number = error_invalid_protocol;
}

/** The host name could not be resolved. */
export class HostNotFound extends WrpmeException {
  static override readonly number = error_host_not_found;
}

/** An option is invalid. */
export class InvalidOption extends WrpmeException {
  static override readonly number = error_invalid_option;
}

/** The alias is too long. */
export class AliasTooLong extends WrpmeException {
  static override readonly number = error_alias_too_long;
}

/** The entry does not exist. */
export class AliasNotFound extends WrpmeException {
  static override readonly number = error_alias_not_found;
}

/** The entry already exists. */
export class AliasAlreadyExists extends WrpmeException {
  static override readonly number = error_alias_already_exists;
}

/** The operation timed out. */
export class Timeout extends WrpmeException {
  static override readonly number = error_timeout;
}

/** A reply was too large. */
export class BufferTooSmall extends WrpmeException {
  static override readonly number = error_buffer_too_small;
}

/** The client is closed, or the store does not know the request. */
export class InvalidCommand extends WrpmeException {
  static override readonly number = error_invalid_command;
}

/** The alias or the content is empty, or the content is not one. */
export class InvalidInput extends WrpmeException {
  static override readonly number = error_invalid_input;
}

/** The connection was refused. */
export class ConnectionRefused extends WrpmeException {
  static override readonly number = error_connection_refused;
}

/** The connection was reset, or closed. */
export class ConnectionReset extends WrpmeException {
  static override readonly number = error_connection_reset;
}

/** The content is damaged, or cannot be read. */
export class UnexpectedReply extends WrpmeException {
  static override readonly number = error_unexpected_reply;
}

/** The class of each error. */
export const EXCEPTIONS: Readonly<Record<WrpmeFailure, typeof WrpmeException>> = {
  [error_system]: System,
  [error_internal]: Internal,
  [error_no_memory]: NoMemory,
  [error_invalid_protocol]: InvalidProtocol,
  [error_host_not_found]: HostNotFound,
  [error_invalid_option]: InvalidOption,
  [error_alias_too_long]: AliasTooLong,
  [error_alias_not_found]: AliasNotFound,
  [error_alias_already_exists]: AliasAlreadyExists,
  [error_timeout]: Timeout,
  [error_buffer_too_small]: BufferTooSmall,
  [error_invalid_command]: InvalidCommand,
  [error_invalid_input]: InvalidInput,
  [error_connection_refused]: ConnectionRefused,
  [error_connection_reset]: ConnectionReset,
  [error_unexpected_reply]: UnexpectedReply,
};
