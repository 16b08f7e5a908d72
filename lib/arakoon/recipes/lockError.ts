import { CoordinationError, type ErrorContext } from '../../core/errors.js';

declare module '../../core/errors.js' {
  interface KnownErrors {
    readonly arakoonLocks: LockError;
  }
}

/** `LOCK_LOST`: somebody has broken the lock. `NOT_ACQUIRED`: it was not to be had in the time that was given. */
export type LockErrorCode = 'LOCK_LOST' | 'NOT_ACQUIRED';

/** A lock went otherwise than wished. Nothing of it is in doubt. */
export class LockError extends CoordinationError {
  readonly layer = 'session';
  readonly effect = 'none';
  declare readonly code: LockErrorCode;

  constructor(code: LockErrorCode, message: string, context?: ErrorContext) {
    super(code, message, context);
  }
}
