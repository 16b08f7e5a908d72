import { NONE, type Reason, type Unanswered, sessionOver } from '../../core/callErrors.js';
import { ConnectionLostError, type CoordinationError, ServerError } from '../../core/errors.js';
import { stackless } from '../../core/failures.js';
import { closes, codeOf } from '../protocol/errorCode.js';
import type { AnyOp } from '../protocol/op.js';

const NOT_FOUND = 5;
/** Answers of servers that do not know the fate of a write themselves; and unknown ones. */
const DOUBTFUL: ReadonlySet<string> = new Set(['NO_LONGER_MASTER', 'GOING_DOWN', 'UNKNOWN_FAILURE', 'UNKNOWN']);

/** Refusals after which a call may go to another node, or to the same one later. */
export const ELSEWHERE: ReadonlySet<string> = new Set([
  'NOT_MASTER',
  'NO_LONGER_MASTER',
  'GOING_DOWN',
  'INCONSISTENT_READ',
  'MAX_CONNECTIONS',
]);

/** A call that was asked of a server, as far as its error describes it. */
export interface Asked extends Unanswered {
  readonly op: AnyOp;
  /** Why it was not sent. */
  readonly trouble?: Reason;
  /** It was not done. */
  undone(): void;
}

/** The end of a connection that the server has announced with an error: later requests were not done. */
export class Dismissed extends ConnectionLostError {
  declare readonly cause: ServerError;

  constructor(cause: ServerError) {
    super(`the server closed the connection after ${cause.code}`, 'none', { cause });
  }
}

/** The end of a connection that fell silent. A server that was asleep may still read the requests on it. */
export class Silence extends ConnectionLostError {
  constructor(node: string, silence: number) {
    super(`no byte from ${node} for ${Math.round(silence)} ms`);
  }
}

/** The error for a refusal of the server; without a call, for one that came before any request. */
export function refusal(number: number, said: string, asked?: Asked): ServerError {
  const code = number === NOT_FOUND && closes(number, said, asked?.op.tag) ? 'NOT_SUPPORTED' : codeOf(number);
  if (!DOUBTFUL.has(code)) asked?.undone();
  const { operation = 'connect', path } = asked?.context ?? {};
  const details = said === '' || said === path ? '' : ` (${said})`;
  const message = `${operation}: ${code}${path === undefined ? '' : ` ${path}`}${details}`;
  return stackless(() => new ServerError(code, number, { operation, path, message, effect: asked?.effect ?? 'none' }));
}

/** The error of a call whose client was closed; `cause` is why, if it was not closed on purpose. */
export function closed(cause?: unknown): (asked: Asked) => CoordinationError {
  return (asked) => {
    const { text, cause: trouble } = asked.trouble ?? NONE;
    return sessionOver('CLOSED', 'the client was closed', { text, cause: cause ?? trouble })(asked);
  };
}
