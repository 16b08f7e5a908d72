/** ZooKeeper's numbers for why a request is refused (`KeeperException.Code`), as far as this server says them. */
export const Code = {
  marshallingError: -5,
  unimplemented: -6,
  badArguments: -8,
  noNode: -101,
  noAuth: -102,
  badVersion: -103,
  noChildrenForEphemerals: -108,
  nodeExists: -110,
  notEmpty: -111,
  sessionExpired: -112,
  invalidAcl: -114,
  authFailed: -115,
  notReadOnly: -119,
  noWatcher: -121,
  reconfigDisabled: -123,
  saslRequired: -124,
  quotaExceeded: -125,
} as const;

/** The result of the operations after the one that failed in a multi. */
export const RUNTIME_INCONSISTENCY = -2;

/** A request that the server says no to. Thrown often, so it has no stack. */
export class Refusal {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

export function refuse(code: number): never {
  throw new Refusal(code);
}
