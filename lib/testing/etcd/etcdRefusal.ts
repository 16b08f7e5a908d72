/** A request that the server says no to: a status of gRPC, and etcd's own words. Thrown often, so it has no stack. */
export class EtcdRefusal {
  readonly status: number;
  readonly words: string;

  constructor(status: number, words: string) {
    this.status = status;
    this.words = words;
  }
}

/** etcd's refusals (`rpctypes`), with the status that each has. */
export const Refusals = {
  emptyKey: new EtcdRefusal(3, 'etcdserver: key is not provided'),
  keyNotFound: new EtcdRefusal(3, 'etcdserver: key not found'),
  valueProvided: new EtcdRefusal(3, 'etcdserver: value is provided'),
  leaseProvided: new EtcdRefusal(3, 'etcdserver: lease is provided'),
  tooManyOperations: new EtcdRefusal(3, 'etcdserver: too many operations in txn request'),
  duplicateKey: new EtcdRefusal(3, 'etcdserver: duplicate key given in txn request'),
  invalidSort: new EtcdRefusal(3, 'etcdserver: invalid sort option'),
  compacted: new EtcdRefusal(11, 'etcdserver: mvcc: required revision has been compacted'),
  futureRevision: new EtcdRefusal(11, 'etcdserver: mvcc: required revision is a future revision'),
  noSpace: new EtcdRefusal(8, 'etcdserver: mvcc: database space exceeded'),
  leaseNotFound: new EtcdRefusal(5, 'etcdserver: requested lease not found'),
  leaseExists: new EtcdRefusal(9, 'etcdserver: lease already exists'),
  ttlTooLarge: new EtcdRefusal(11, 'etcdserver: too large lease TTL'),
  tooLarge: new EtcdRefusal(3, 'etcdserver: request is too large'),
  memberNotFound: new EtcdRefusal(5, 'etcdserver: member not found'),
  noLeader: new EtcdRefusal(14, 'etcdserver: no leader'),
  notLeader: new EtcdRefusal(9, 'etcdserver: not leader'),
  timedOut: new EtcdRefusal(14, 'etcdserver: request timed out'),
  permissionDenied: new EtcdRefusal(7, 'etcdserver: permission denied'),
  invalidToken: new EtcdRefusal(16, 'etcdserver: invalid auth token'),
} as const;
