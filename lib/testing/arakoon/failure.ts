/** Arakoon's numbers for why it refuses, as far as this server says them. */
export const Rc = {
  noMagic: 1,
  notMaster: 4,
  notFound: 5,
  assertionFailed: 7,
  readOnly: 8,
  outsideInterval: 9,
  goingDown: 16,
  notSupported: 32,
  noLongerMaster: 33,
  badInput: 38,
  inconsistentRead: 128,
  userFunctionFailed: 129,
  userHookNotFound: 130,
  maxConnections: 254,
  unknownFailure: 255,
} as const;

/** A request that the server says no to. Thrown often, so it has no stack. */
export class Failure {
  readonly number: number;
  readonly message: string;

  constructor(number: number, message: string) {
    this.number = number;
    this.message = message;
  }
}

export function fail(number: number, message: string): never {
  throw new Failure(number, message);
}

/** The message of a server that has no better word. */
export const UNKNOWN = 'unknown failure';
