import { CoordinationError, type ErrorContext } from '../core/errors.js';

declare module '../core/errors.js' {
  interface KnownErrors {
    readonly leases: LeaseError;
  }
}

/**
 * - `LEASE_LOST`: another may hold it now, or it was given back.
 * - `NOT_ACQUIRED`: it did not become free within the time limit.
 * - `REENTRANT`: this client waits for it or holds it already, and would wait for itself.
 */
export type LeaseErrorCode = 'LEASE_LOST' | 'REENTRANT' | 'NOT_ACQUIRED';

/** A lock, a leadership or another lease was lost, or could not be had. Its effect is certain: `'none'`. */
export class LeaseError extends CoordinationError {
  readonly layer = 'session';
  readonly effect = 'none';
  declare readonly code: LeaseErrorCode;

  constructor(code: LeaseErrorCode, message: string, context?: ErrorContext) {
    super(code, message, context);
  }
}

/** A `LEASE_LOST` error about the thing of this name. */
export function leaseLost(name: string, why: string, cause?: unknown): LeaseError {
  return new LeaseError('LEASE_LOST', `${name}: ${why}`, { path: name, cause });
}
