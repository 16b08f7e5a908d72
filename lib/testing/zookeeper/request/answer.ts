import { ProtocolError } from '../../../core/errors.js';
import type { JuteReader } from '../../../zookeeper/protocol/juteReader.js';
import type { LoginAnswer, Logins } from '../acl/logins.js';
import type { Guest, ZooKeeperHost } from '../zooKeeperHost.js';
import { Code, Refusal } from '../refusal.js';
import type { Body } from '../serverState.js';
import { HANDLERS, NEEDS_QUORUM, NO_REPLY } from './handlers.js';
import { Op, knows } from './opcode.js';

/** A reply to a request. All have one shape, which keeps the path of a request fast. */
export interface Reply {
  readonly code: number;
  readonly body: Body | undefined;
  /** `undefined`: the newest transaction. */
  readonly zxid: number | undefined;
  /** Whether the server hangs up after it. */
  readonly last: boolean;
}

/** The outcome of a request. */
export type Answer = Reply | 'silence' | 'hang up';

const REFUSED = reply(Code.unimplemented, undefined, -1, true);
/** The outcome of a request that another product does not know. */
const UNKNOWN = { 'hang up': 'hang up', ignore: 'silence', refuse: REFUSED } as const satisfies Readonly<
  Record<string, Answer>
>;

/** Serves a request. */
export function answer(host: ZooKeeperHost, client: Guest, logins: Logins, opcode: number, input: JuteReader): Answer {
  const { profile, version } = host.settings;
  if (profile !== undefined && !profile.operations.has(opcode)) return UNKNOWN[profile.unknown];
  if (opcode === Op.auth) return ofLogin(logins.authenticate(input));
  if (opcode === Op.sasl) return ofLogin(logins.sasl(input));
  if (logins.lacking) return reply(Code.saslRequired, undefined, 0, true);
  if (opcode === Op.ping) return reply(0);
  if (opcode === Op.closeSession) {
    host.close(client.session!);
    return reply(0, undefined, undefined, true);
  }
  const handler = HANDLERS.get(opcode);
  if (handler === undefined || (profile === undefined && !knows(version, opcode))) return REFUSED;
  try {
    if (host.readOnly && NEEDS_QUORUM.has(opcode)) throw new Refusal(Code.notReadOnly);
    const body = handler(input, host.state, client, opcode);
    return body === NO_REPLY ? 'silence' : reply(0, body);
  } catch (error) {
    if (error instanceof Refusal) return reply(error.code);
    if (error instanceof ProtocolError)
      return profile === undefined ? reply(Code.marshallingError) : UNKNOWN[profile.unknown];
    throw error;
  }
}

function ofLogin(login: LoginAnswer | undefined): Answer {
  if (login === undefined) return 'hang up';
  return 'failed' in login ? reply(login.failed, login.body, 0, true) : reply(0, login.body, 0);
}

function reply(code: number, body?: Body, zxid?: number, last = false): Reply {
  return { code, body, zxid, last };
}
