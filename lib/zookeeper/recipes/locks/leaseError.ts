import { CoordinationError, type ErrorContext } from '../../../core/errors.js';

declare module '../../../core/errors.js' {
  interface KnownErrors {
    readonly leases: LeaseError;
  }
}

/**
 * `LEASE_LOST`: what was held may be held by another now. `REENTRANT`: this very client waits or holds already, and
 * would wait for itself. `NOT_ACQUIRED`: it was not to be had in the time that was given.
 */
export type LeaseErrorCode = 'LEASE_LOST' | 'REENTRANT' | 'NOT_ACQUIRED';

/** Something about a lock, a leadership or another lease went otherwise than wished. Nothing of it is in doubt. */
export class LeaseError extends CoordinationError {
  readonly layer = 'session';
  readonly effect = 'none';
  declare readonly code: LeaseErrorCode;

  constructor(code: LeaseErrorCode, message: string, context?: ErrorContext) {
    super(code, message, context);
  }
}
