import { type ErrorContext, ServerError } from '../core/errors.js';

declare module '../core/errors.js' {
  interface KnownErrors {
    readonly hive: HiveError;
  }
}

/** Why a hive refused a request. */
export type HiveErrorCode =
  | 'ALIAS_NOT_FOUND'
  | 'ALIAS_ALREADY_EXISTS'
  | 'VERSION_CONFLICT'
  | 'ENTRY_CHANGED'
  | 'CORRUPT'
  | 'DENIED'
  | 'UPLOAD_CONDEMNED';

const REASONS: Readonly<Record<HiveErrorCode, string>> = {
  ALIAS_NOT_FOUND: 'there is no such entry',
  ALIAS_ALREADY_EXISTS: 'there is such an entry already',
  VERSION_CONFLICT: 'the entry has another version',
  ENTRY_CHANGED: 'the entry has been replaced or deleted while it was read',
  CORRUPT: 'the content is damaged',
  DENIED: 'this client may not read the entry',
  UPLOAD_CONDEMNED: 'the upload gave no sign of life for too long, so that its slices were swept away',
};

/**
 * A hive refused a request.
 *
 * - `ALIAS_NOT_FOUND`, `ALIAS_ALREADY_EXISTS`, `VERSION_CONFLICT`: nothing was changed.
 * - `ENTRY_CHANGED`: a download had begun, and the rest of this content is not there any more. Begin again.
 * - `CORRUPT`: the bytes in the store are not those that were written.
 * - `DENIED`: the store does not let this client read the entry.
 * - `UPLOAD_CONDEMNED`: the upload was taken for dead. Nothing of it is visible.
 */
export class HiveError extends ServerError<HiveErrorCode> {
  constructor(code: HiveErrorCode, alias: string, operation: string, { words, cause }: HiveErrorDetails = {}) {
    const message = `${operation} ${alias}: ${words ?? REASONS[code]}`;
    super(code, 0, { path: alias, operation, message, effect: 'none', cause });
  }
}

/** Words in place of the usual ones, and the cause. */
export interface HiveErrorDetails extends Pick<ErrorContext, 'cause'> {
  readonly words?: string;
}
