import { ProtocolError } from '../../../core/errors.js';
import type { JuteReader } from '../../../zookeeper/protocol/juteReader.js';
import type { Host } from '../host.js';
import { Code, Refusal } from '../refusal.js';
import type { Body, Client } from '../serverState.js';
import { HANDLERS, NEEDS_QUORUM, NO_REPLY } from './handlers.js';
import { knows } from './opcode.js';

/** A reply to a request. */
export interface Answer {
  readonly code: number;
  readonly body?: Body;
  /** Default: the newest transaction. */
  readonly zxid?: number;
  /** Whether the server hangs up after it. */
  readonly last?: true;
}

const UNKNOWN: Answer = { code: Code.unimplemented, zxid: -1, last: true };

/** Serves a request. Returns the reply; `undefined` where there comes none. */
export function answer(host: Host, client: Client, opcode: number, input: JuteReader): Answer | undefined {
  const handler = HANDLERS.get(opcode);
  if (handler === undefined || !knows(host.settings.version, opcode)) return UNKNOWN;
  try {
    if (host.readOnly && NEEDS_QUORUM.has(opcode)) throw new Refusal(Code.notReadOnly);
    const body = handler(input, host.state, client, opcode);
    return body === NO_REPLY ? undefined : { code: 0, body };
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code };
    if (error instanceof ProtocolError) return { code: Code.marshallingError };
    throw error;
  }
}
