import { type CoordinationError, type Effect, type ErrorContext, ServerError } from '../../../core/errors.js';
import { placeOf } from '../../../core/failures.js';

declare module '../../../core/errors.js' {
  interface KnownErrors {
    readonly etcd: ServerError<EtcdCode>;
  }
}

/** etcd's own words for why it refuses (`rpctypes`), as codes. The words are compared, for a status says too little. */
const CODES = {
  'etcdserver: key is not provided': 'EMPTY_KEY',
  'etcdserver: key not found': 'KEY_NOT_FOUND',
  'etcdserver: value is provided': 'VALUE_PROVIDED',
  'etcdserver: lease is provided': 'LEASE_PROVIDED',
  'etcdserver: too many operations in txn request': 'TOO_MANY_OPERATIONS',
  'etcdserver: duplicate key given in txn request': 'DUPLICATE_KEY',
  'etcdserver: invalid sort option': 'INVALID_SORT',
  'etcdserver: mvcc: required revision has been compacted': 'COMPACTED',
  'etcdserver: mvcc: required revision is a future revision': 'FUTURE_REVISION',
  'etcdserver: mvcc: database space exceeded': 'NO_SPACE',
  'etcdserver: requested lease not found': 'LEASE_NOT_FOUND',
  'etcdserver: lease already exists': 'LEASE_EXISTS',
  'etcdserver: too large lease TTL': 'TTL_TOO_LARGE',
  'etcdserver: member ID already exist': 'MEMBER_EXISTS',
  'etcdserver: Peer URLs already exists': 'PEER_URL_EXISTS',
  'etcdserver: re-configuration failed due to not enough started members': 'NOT_ENOUGH_STARTED_MEMBERS',
  'etcdserver: given member URLs are invalid': 'BAD_MEMBER_URLS',
  'etcdserver: member not found': 'MEMBER_NOT_FOUND',
  'etcdserver: can only promote a learner member': 'NOT_A_LEARNER',
  'etcdserver: can only promote a learner member which is in sync with leader': 'LEARNER_NOT_READY',
  'etcdserver: too many learner members in cluster': 'TOO_MANY_LEARNERS',
  'etcdserver: request is too large': 'TOO_LARGE',
  'etcdserver: too many requests': 'TOO_MANY_REQUESTS',
  'etcdserver: root user does not exist': 'NO_ROOT_USER',
  'etcdserver: root user does not have root role': 'NO_ROOT_ROLE',
  'etcdserver: user name already exists': 'USER_EXISTS',
  'etcdserver: user name is empty': 'USER_EMPTY',
  'etcdserver: user name not found': 'USER_NOT_FOUND',
  'etcdserver: role name already exists': 'ROLE_EXISTS',
  'etcdserver: role name not found': 'ROLE_NOT_FOUND',
  'etcdserver: role name is empty': 'ROLE_EMPTY',
  'etcdserver: authentication failed, invalid user ID or password': 'AUTH_FAILED',
  'etcdserver: authentication failed, password was given for no password user': 'AUTH_FAILED',
  'etcdserver: permission not given': 'PERMISSION_NOT_GIVEN',
  'etcdserver: permission denied': 'PERMISSION_DENIED',
  'etcdserver: role is not granted to the user': 'ROLE_NOT_GRANTED',
  'etcdserver: permission is not granted to the role': 'PERMISSION_NOT_GRANTED',
  'etcdserver: authentication is not enabled': 'AUTH_NOT_ENABLED',
  'etcdserver: invalid auth token': 'INVALID_TOKEN',
  'etcdserver: invalid auth management': 'INVALID_AUTH_MANAGEMENT',
  'etcdserver: revision of auth store is old': 'OLD_AUTH_REVISION',
  'etcdserver: revision in header is old': 'OLD_AUTH_REVISION',
  'etcdserver: no leader': 'NO_LEADER',
  'etcdserver: not leader': 'NOT_LEADER',
  'etcdserver: leader changed': 'LEADER_CHANGED',
  'etcdserver: not capable': 'NOT_CAPABLE',
  'etcdserver: server stopped': 'STOPPED',
  'etcdserver: request timed out': 'TIMED_OUT',
  'etcdserver: request timed out, possibly due to previous leader failure': 'TIMED_OUT',
  'etcdserver: request timed out, possibly due to connection lost': 'TIMED_OUT',
  'etcdserver: request timed out, waiting for the applied index took too long': 'TIMED_OUT',
  'etcdserver: unhealthy cluster': 'UNHEALTHY',
  'etcdserver: corrupt cluster': 'CORRUPT',
  'etcdserver: bad leader transferee': 'BAD_TRANSFEREE',
  'etcdserver: cluster version not found during downgrade': 'DOWNGRADE_UNAVAILABLE',
  'etcdserver: wrong downgrade target version format': 'BAD_DOWNGRADE_VERSION',
  'etcdserver: invalid downgrade target version': 'INVALID_DOWNGRADE',
  'etcdserver: cluster has a downgrade job in progress': 'DOWNGRADE_IN_PROGRESS',
  'etcdserver: no inflight downgrade job': 'NO_DOWNGRADE',
} as const;

/** gRPC's own statuses, for refusals in words that etcd has not. */
const STATUSES = [
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'],
  ...[
    'GRPC_PERMISSION_DENIED',
    'RESOURCE_EXHAUSTED',
    'FAILED_PRECONDITION',
    'ABORTED',
    'OUT_OF_RANGE',
    'UNIMPLEMENTED',
  ],
  ...['INTERNAL', 'UNAVAILABLE', 'GRPC_DATA_LOSS', 'UNAUTHENTICATED'],
] as const;

/** The `code` of a `ServerError` from etcd: its own words, or the status of gRPC where etcd has none. */
export type EtcdCode = (typeof CODES)[keyof typeof CODES] | (typeof STATUSES)[number];

/** After these, nobody knows whether a write was applied: the server gave up waiting, or went away. */
const UNKNOWN_EFFECT: ReadonlySet<EtcdCode> = new Set<EtcdCode>([
  ...(['TIMED_OUT', 'LEADER_CHANGED', 'STOPPED', 'CANCELLED', 'UNKNOWN', 'DEADLINE_EXCEEDED', 'ABORTED'] as const),
  ...(['INTERNAL', 'UNAVAILABLE', 'GRPC_DATA_LOSS'] as const),
]);
/** These may pass: another member, or the same one a moment later, may answer. */
export const PASSING: readonly EtcdCode[] = [
  ...(['TIMED_OUT', 'LEADER_CHANGED', 'STOPPED', 'NO_LEADER', 'UNHEALTHY', 'UNAVAILABLE'] as const),
  ...(['NOT_CAPABLE', 'TOO_MANY_REQUESTS'] as const),
];
/** The status of gRPC for a permission that is missing. */
export const DENIED = 7;

/** The code for a refusal. The gateway and gRPC use the same words. */
export function codeOf(status: number, words: string): EtcdCode {
  // requests for maintenance are refused in the inner words
  const known = (CODES as Readonly<Record<string, EtcdCode>>)[words.replace(/^auth: /, 'etcdserver: ')];
  if (known !== undefined) return known;
  if (/^context deadline exceeded$/.test(words)) return 'DEADLINE_EXCEEDED'; // servers say so with status 2, too
  if (/received message larger than max/.test(words)) return 'TOO_LARGE';
  return (status === 0 ? undefined : STATUSES[status]) ?? 'UNKNOWN'; // a good end is no refusal
}

/** The error for a refusal. `isRead` says whether the request could change anything. */
export function refusal(status: number, words: string, isRead: boolean, context: ErrorContext = {}): CoordinationError {
  const code = codeOf(status, words);
  const effect: Effect = isRead || !UNKNOWN_EFFECT.has(code) ? 'none' : 'unknown';
  return new ServerError(code, status, { ...context, effect, message: `${placeOf(context)}: ${code} (${words})` });
}

/** Whether another try, perhaps at another member, may succeed. */
export function mayPass(code: string): boolean {
  return (PASSING as readonly string[]).includes(code);
}
