import { type Observable, catchError, throwError } from 'rxjs';
import { type CoordinationError, type ErrorContext, type Effect } from '../../../../core/errors.js';
import { asCoordinationError } from '../../../../core/failures.js';
import type { EtcdCode } from '../../../v3/protocol/errorCode.js';
import { statusCode } from '../../protocol/errorCode.js';
import { EtcdV2Error, refused } from '../../protocol/etcdV2Error.js';

/** The error codes of version 2 for refusals of version 3. */
const NUMBERS: Readonly<Partial<Record<EtcdCode, number>>> = {
  ...{ PERMISSION_DENIED: 110, AUTH_FAILED: 110, COMPACTED: 401 },
  ...{ TIMED_OUT: 300, NO_LEADER: 300, LEADER_CHANGED: 300, STOPPED: 300 },
};
/** The statuses of HTTP for others, which are not about keys. */
const STATUSES: Readonly<Partial<Record<EtcdCode, number>>> = {
  ...{ MEMBER_NOT_FOUND: 404, USER_NOT_FOUND: 404, ROLE_NOT_FOUND: 404, BAD_MEMBER_URLS: 400 },
  ...{ PEER_URL_EXISTS: 409, MEMBER_EXISTS: 409, USER_EXISTS: 409, ROLE_EXISTS: 409, ROLE_NOT_GRANTED: 409 },
  ...{ NO_ROOT_USER: 409, NO_ROOT_ROLE: 409, AUTH_NOT_ENABLED: 409, INVALID_AUTH_MANAGEMENT: 403, TOO_LARGE: 413 },
  ...{ NOT_ENOUGH_STARTED_MEMBERS: 500, UNHEALTHY: 500, PERMISSION_NOT_GRANTED: 400 },
};

/** A refusal with a status of HTTP. */
export function refusedWith(
  status: number,
  words: string,
  context: ErrorContext,
  effect: Effect = 'none'
): EtcdV2Error {
  return new EtcdV2Error(
    { code: statusCode(status), number: status, words, reason: '', etcdIndex: 0 },
    { ...context, effect }
  );
}

/** The refusal of what version 3 has nothing for. */
export function unsupported(words: string, context: ErrorContext): EtcdV2Error {
  return new EtcdV2Error(
    { code: 'UNSUPPORTED', number: 501, words, reason: '', etcdIndex: 0 },
    { ...context, effect: 'none' }
  );
}

/** Errors of version 3 as those of version 2: with its codes, where it has one. */
export function asV2<T>(value$: Observable<T>, context: ErrorContext): Observable<T> {
  return value$.pipe(catchError((error: unknown) => throwError(() => v2Error(asCoordinationError(error), context))));
}

/** An error of version 3 as one of version 2. */
function v2Error(error: CoordinationError, context: ErrorContext): CoordinationError {
  if (error.layer !== 'server' || error instanceof EtcdV2Error) return Object.assign(error, contextOf(context));
  const { effect, message } = error;
  const cause = { ...context, cause: error };
  const number = NUMBERS[error.code as EtcdCode];
  if (number !== undefined) return refused(number, message, 0, cause, effect);
  const status = STATUSES[error.code as EtcdCode];
  if (status !== undefined) return refusedWith(status, message, cause, effect);
  return Object.assign(error, contextOf(context));
}

/** The method and the key that the caller knows, in place of the transaction's. */
function contextOf({ operation, path }: ErrorContext): Pick<ErrorContext, 'operation' | 'path'> {
  return { operation, ...(path !== undefined && { path }) };
}
