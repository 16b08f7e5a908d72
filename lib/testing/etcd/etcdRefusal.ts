/** A request that the server refuses: a status of gRPC, and etcd's own words. Thrown often, so it has no stack. */
export class EtcdRefusal {
  readonly status: number;
  readonly words: string;

  constructor(status: number, words: string) {
    this.status = status;
    this.words = words;
  }
}

/** Statuses of gRPC that etcd uses. */
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const EXHAUSTED = 8;
const FAILED_PRECONDITION = 9;
const OUT_OF_RANGE = 11;
const UNAVAILABLE = 14;

const refusal = (status: number, words: string) => new EtcdRefusal(status, `etcdserver: ${words}`);

/** etcd's refusals (`rpctypes`), with the status that each has. */
export const Refusals = {
  emptyKey: refusal(INVALID_ARGUMENT, 'key is not provided'),
  keyNotFound: refusal(INVALID_ARGUMENT, 'key not found'),
  valueProvided: refusal(INVALID_ARGUMENT, 'value is provided'),
  leaseProvided: refusal(INVALID_ARGUMENT, 'lease is provided'),
  tooManyOperations: refusal(INVALID_ARGUMENT, 'too many operations in txn request'),
  duplicateKey: refusal(INVALID_ARGUMENT, 'duplicate key given in txn request'),
  invalidSort: refusal(INVALID_ARGUMENT, 'invalid sort option'),
  compacted: refusal(OUT_OF_RANGE, 'mvcc: required revision has been compacted'),
  futureRevision: refusal(OUT_OF_RANGE, 'mvcc: required revision is a future revision'),
  noSpace: refusal(EXHAUSTED, 'mvcc: database space exceeded'),
  tooLarge: refusal(INVALID_ARGUMENT, 'request is too large'),

  leaseNotFound: refusal(NOT_FOUND, 'requested lease not found'),
  leaseExists: refusal(FAILED_PRECONDITION, 'lease already exists'),
  ttlTooLarge: refusal(OUT_OF_RANGE, 'too large lease TTL'),

  memberNotFound: refusal(NOT_FOUND, 'member not found'),
  memberExists: refusal(FAILED_PRECONDITION, 'member ID already exist'),
  peerUrlExists: refusal(FAILED_PRECONDITION, 'Peer URLs already exists'),
  notEnoughStarted: refusal(FAILED_PRECONDITION, 're-configuration failed due to not enough started members'),
  unhealthy: refusal(UNAVAILABLE, 'unhealthy cluster'),
  badMemberUrls: refusal(INVALID_ARGUMENT, 'given member URLs are invalid'),
  notALearner: refusal(FAILED_PRECONDITION, 'can only promote a learner member'),
  learnerNotReady: refusal(FAILED_PRECONDITION, 'can only promote a learner member which is in sync with leader'),
  tooManyLearners: refusal(FAILED_PRECONDITION, 'too many learner members in cluster'),
  badTransferee: refusal(FAILED_PRECONDITION, 'bad leader transferee'),

  noLeader: refusal(UNAVAILABLE, 'no leader'),
  notLeader: refusal(FAILED_PRECONDITION, 'not leader'),
  timedOut: refusal(UNAVAILABLE, 'request timed out'),

  permissionDenied: refusal(7, 'permission denied'),
  invalidToken: refusal(16, 'invalid auth token'),
  authNotEnabled: refusal(FAILED_PRECONDITION, 'authentication is not enabled'),
  authFailed: refusal(INVALID_ARGUMENT, 'authentication failed, invalid user ID or password'),
  invalidAuthManagement: refusal(INVALID_ARGUMENT, 'invalid auth management'),
  noRootUser: refusal(FAILED_PRECONDITION, 'root user does not exist'),
  noRootRole: refusal(FAILED_PRECONDITION, 'root user does not have root role'),
  userEmpty: refusal(INVALID_ARGUMENT, 'user name is empty'),
  userExists: refusal(FAILED_PRECONDITION, 'user name already exists'),
  userNotFound: refusal(FAILED_PRECONDITION, 'user name not found'),
  roleEmpty: refusal(INVALID_ARGUMENT, 'role name is empty'),
  roleExists: refusal(FAILED_PRECONDITION, 'role name already exists'),
  roleNotFound: refusal(FAILED_PRECONDITION, 'role name not found'),
  roleNotGranted: refusal(FAILED_PRECONDITION, 'role is not granted to the user'),
  permissionNotGiven: refusal(INVALID_ARGUMENT, 'permission not given'),
  permissionNotGranted: refusal(FAILED_PRECONDITION, 'permission is not granted to the role'),
} as const;
