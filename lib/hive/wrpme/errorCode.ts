/** The function returned successfully. */
export const error_ok = 0;
/** A system error occurred: the store refused the request for a reason of its own. */
export const error_system = 1;
/** An internal error occurred: one that is not an error of this library. */
export const error_internal = 2;
/** Out of memory, or out of the space that the store has. */
export const error_no_memory = 3;
/** The requested protocol is invalid: the URL names no store that is known. */
export const error_invalid_protocol = 4;
/** The host name could not be resolved. */
export const error_host_not_found = 5;
/** The supplied option is invalid. */
export const error_invalid_option = 6;
/** The alias name is too long. */
export const error_alias_too_long = 7;
/** The entry does not exist. */
export const error_alias_not_found = 8;
/** The entry already exists. */
export const error_alias_already_exists = 9;
/** The operation timed out. */
export const error_timeout = 10;
/** The provided buffer is too small: a reply was larger than the limit of the client. */
export const error_buffer_too_small = 11;
/** The requested command is invalid: the handle is not connected, or the store does not know the request. */
export const error_invalid_command = 12;
/** The input is invalid: an empty alias or content, a value without bytes, or one that is too large. */
export const error_invalid_input = 13;
/** The connection has been refused by the remote host. */
export const error_connection_refused = 14;
/** The connection has been reset, or closed. */
export const error_connection_reset = 15;
/** An unexpected reply has been received: the content is damaged, or cannot be read. */
export const error_unexpected_reply = 16;

/** The words of the errors, by their numbers. */
export const WORDS = {
  [error_system]: 'SYSTEM',
  [error_internal]: 'INTERNAL',
  [error_no_memory]: 'NO_MEMORY',
  [error_invalid_protocol]: 'INVALID_PROTOCOL',
  [error_host_not_found]: 'HOST_NOT_FOUND',
  [error_invalid_option]: 'INVALID_OPTION',
  [error_alias_too_long]: 'ALIAS_TOO_LONG',
  [error_alias_not_found]: 'ALIAS_NOT_FOUND',
  [error_alias_already_exists]: 'ALIAS_ALREADY_EXISTS',
  [error_timeout]: 'TIMEOUT',
  [error_buffer_too_small]: 'BUFFER_TOO_SMALL',
  [error_invalid_command]: 'INVALID_COMMAND',
  [error_invalid_input]: 'INVALID_INPUT',
  [error_connection_refused]: 'CONNECTION_REFUSED',
  [error_connection_reset]: 'CONNECTION_RESET',
  [error_unexpected_reply]: 'UNEXPECTED_REPLY',
} as const;

/** The number of an error of wrpme: 1 to 16. */
export type WrpmeFailure = keyof typeof WORDS;
/** The result of a function of wrpme: `error_ok`, or the number of an error. */
export type WrpmeCode = typeof error_ok | WrpmeFailure;
/** The word of an error of wrpme, as the `code` of its exception. */
export type WrpmeWord = (typeof WORDS)[WrpmeFailure];
