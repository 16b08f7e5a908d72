import { type CoordinationError, type ErrorContext, ServerError, SessionError } from '../../core/errors.js';
import { placeOf } from '../../core/failures.js';
import { parentOf } from '../path.js';

/** ZooKeeper's own words for why a server refuses a request (`KeeperException.Code`), by their numbers on the wire. */
const CODES = {
  [-1]: 'SYSTEM_ERROR',
  [-2]: 'RUNTIME_INCONSISTENCY',
  [-3]: 'DATA_INCONSISTENCY',
  [-4]: 'CONNECTION_LOSS',
  [-5]: 'MARSHALLING_ERROR',
  [-6]: 'UNIMPLEMENTED',
  [-7]: 'OPERATION_TIMEOUT',
  [-8]: 'BAD_ARGUMENTS',
  [-9]: 'INVALID_STATE',
  [-12]: 'UNKNOWN_SESSION',
  [-13]: 'NEW_CONFIG_NO_QUORUM',
  [-14]: 'RECONFIG_IN_PROGRESS',
  [-100]: 'API_ERROR',
  [-101]: 'NO_NODE',
  [-102]: 'NO_AUTH',
  [-103]: 'BAD_VERSION',
  [-108]: 'NO_CHILDREN_FOR_EPHEMERALS',
  [-110]: 'NODE_EXISTS',
  [-111]: 'NOT_EMPTY',
  [-113]: 'INVALID_CALLBACK',
  [-114]: 'INVALID_ACL',
  [-119]: 'NOT_READ_ONLY',
  [-120]: 'EPHEMERAL_ON_LOCAL_SESSION',
  [-121]: 'NO_WATCHER',
  [-122]: 'REQUEST_TIMEOUT',
  [-123]: 'RECONFIG_DISABLED',
  [-125]: 'QUOTA_EXCEEDED',
  [-127]: 'THROTTLED_OP',
} as const;

/**
 * The `code` of a `ServerError` from ZooKeeper. `UNKNOWN` is a number that this version has no word for (see its
 * `number`); `UNSUPPORTED` is an operation that this server is too old for, and that was not sent; `NUMBER_TAKEN` is
 * `NODE_EXISTS` of a sequential node.
 */
export type ZooKeeperCode = (typeof CODES)[keyof typeof CODES] | 'UNKNOWN' | 'UNSUPPORTED' | 'NUMBER_TAKEN';

declare module '../../core/errors.js' {
  interface KnownErrors {
    readonly zookeeper: ServerError<ZooKeeperCode> | ConnectError<'KDC_UNREACHABLE'>;
  }
}

export const NO_NODE = -101;
export const NO_AUTH = -102;
export const BAD_VERSION = -103;
const NODE_EXISTS = -110;

/** The word for a number. */
export function codeOf(number: number): ZooKeeperCode {
  return (CODES as Readonly<Record<number, ZooKeeperCode>>)[number] ?? 'UNKNOWN';
}

/** The refused request. */
export interface RefusalContext extends ErrorContext {
  /** For a transaction: which of its operations, counted from 0. */
  readonly index?: number;
  /** The root of the client. */
  readonly below?: string | undefined;
  /** Whether the server was to complete the node's name with a number. */
  readonly numbered?: boolean | undefined;
}

/** The error for a reply that carries a number other than 0. */
export function refusal(number: number, context: RefusalContext): CoordinationError {
  const at = placeOf(context);
  switch (number) {
    case -112:
      return new SessionError('EXPIRED', `${at}: the session has expired`, 'none', context);
    case -118:
      return new SessionError('MOVED', `${at}: the session has moved to another server`, 'none', context);
    case -115:
      return new SessionError('AUTH_FAILED', `${at}: authentication failed`, 'none', context);
    case -124:
      return new SessionError(
        'AUTH_FAILED',
        `${at}: the server did not accept this client as authenticated by SASL`,
        'none',
        context
      );
  }
  if (number === NODE_EXISTS && context.numbered === true)
    return new ServerError('NUMBER_TAKEN', number, { ...context, message: `${at}: NUMBER_TAKEN; ${taken(context)}` });
  const code = codeOf(number);
  if (code === 'UNKNOWN')
    return new ServerError(code, number, { ...context, message: `${at}: server error ${number}` });
  const missing = number === NO_NODE ? missingOf(context) : undefined;
  return new ServerError(
    code,
    number,
    missing === undefined
      ? context
      : { ...context, message: `${context.operation}: ${code} ${context.path}; ${missing}` }
  );
}

/** Why a server cannot complete the name of a new node, and the remedy. */
function taken({ path }: RefusalContext): string {
  const parent = path === undefined ? 'the parent' : `its parent ${parentOf(path)}`;
  return (
    `the name with the next number exists. If ${parent} has numbered 2^31 nodes, its counter is exhausted for good: ` +
    'create nodes below another parent. Or a client has created a node of that name itself: delete that node'
  );
}

/** Names the node that must exist, where it is not the named one, and the remedy. */
function missingOf({ operation, path, below }: RefusalContext): string | undefined {
  if (operation === undefined || path === undefined) return undefined;
  const makesRoot = "create('/', null, { parents: true }) makes it";
  if (!operation.endsWith('create'))
    return below === undefined ? undefined : `if the root ${below} of this client does not exist, ${makesRoot}`;
  const parent = parentOf(path);
  if (below !== undefined && path === '/')
    return `the parent ${parentOf(below)} of the root ${below} does not exist: ask for parents: true`;
  if (below !== undefined && parent === '/') return `the root ${below} of this client does not exist: ${makesRoot}`;
  const there = below === undefined ? '' : ` (${below}${parent} on the server)`;
  return `its parent ${parent}${there} does not exist: create it, or ask for parents: true`;
}
