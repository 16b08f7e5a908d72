import { type CoordinationError, SessionError, UsageError } from '../../core/errors.js';
import type { LostReason } from '../sessionState.js';

/** The end of a session, which another one can follow. */
export interface Loss {
  readonly reason: LostReason;
  readonly error: SessionError;
}

/** What the end of a link means for its session. */
export type Verdict =
  /** The session may go on: dial again. */
  | { readonly kind: 'redial' }
  | { readonly kind: 'lost'; readonly loss: Loss }
  /** An option is at fault. No other attempt would do better. */
  | { readonly kind: 'mistake'; readonly error: UsageError };

const REDIAL: Verdict = { kind: 'redial' };
const REASONS: Readonly<Partial<Record<string, LostReason>>> = {
  EXPIRED: 'expired',
  REPLACED: 'replaced',
  AUTH_FAILED: 'auth-failed',
};

/** What an error means by itself, whatever came before it. */
export function verdictOn(error: CoordinationError): Verdict {
  const loss = lossOf(error);
  if (loss !== undefined) return { kind: 'lost', loss };
  if (error instanceof UsageError && error.argument.startsWith('options.')) return { kind: 'mistake', error };
  return REDIAL;
}

/** The loss that an error brings, or `undefined`. */
export function lossOf(error: unknown): Loss | undefined {
  const reason = error instanceof SessionError ? REASONS[error.code] : undefined;
  return reason === undefined ? undefined : { reason, error: error as SessionError };
}
