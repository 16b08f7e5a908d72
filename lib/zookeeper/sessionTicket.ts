import { bytes, duration, knownKeys } from '../core/check.js';
import { INSPECT, type Inspect } from '../core/inspect.js';
import { UsageError } from '../core/errors.js';

/** What a {@link SessionTicket} is made of. */
export interface TicketFields {
  /** Id of the session. */
  readonly id: bigint;
  /** 16 bytes. They are a secret. */
  readonly password: Uint8Array;
  /** Newest transaction that the session has seen. */
  readonly zxid: bigint;
  /** Negotiated session timeout, in milliseconds. */
  readonly timeout: number;
}

/** A ticket as JSON has it: 64-bit numbers in hexadecimal, and the password in base64. */
export interface TicketJson {
  readonly id: string;
  readonly password: string;
  readonly zxid: string;
  readonly timeout: number;
}

const FIELDS: readonly (keyof TicketFields)[] = ['id', 'password', 'zxid', 'timeout'];
const PASSWORD_SIZE = 16;
const HEX = /^-?0x[0-9a-f]{1,16}$/;
const BASE64 = /^[0-9A-Za-z+/]{22}==$/;

/**
 * Everything that takes a session up again, also in another process. Whoever has it can take the session over, so keep
 * its JSON as you keep a password. `console.log` does not show the password.
 *
 * @example
 * ```ts
 * import { SessionTicket, connect } from 'quorum-rx';
 *
 * const text = JSON.stringify(await zk.detach());
 * connect('zk1:2181', { ticket: SessionTicket.from(JSON.parse(text)) }).subscribe();
 * ```
 */
export class SessionTicket implements TicketFields {
  readonly id: bigint;
  readonly password: Uint8Array;
  readonly zxid: bigint;
  readonly timeout: number;

  /** @internal unchecked: a client that never had a session has the id 0 */
  constructor({ id, password, zxid, timeout }: TicketFields) {
    this.id = id;
    this.password = Uint8Array.from(password);
    this.zxid = zxid;
    this.timeout = timeout;
  }

  /** Makes a ticket of what `JSON.parse` gives. Throws a `UsageError` that names the field at fault. */
  static from(json: TicketJson): SessionTicket {
    const { id, password, zxid, timeout } = knownKeys('json', json, FIELDS);
    if (typeof password !== 'string' || !BASE64.test(password))
      throw new UsageError('json.password', 'must be 16 bytes in base64');
    const secret = Buffer.from(password, 'base64');
    const fields = { id: numberOf('json.id', id), password: secret, zxid: numberOf('json.zxid', zxid), timeout };
    return new SessionTicket(checkTicket('json', fields));
  }

  /** For `JSON.stringify`. The password is in it. */
  toJSON(): TicketJson {
    const { id, password, zxid, timeout } = this;
    return { id: hex(id), password: Buffer.from(password).toString('base64'), zxid: hex(zxid), timeout };
  }

  /** For `console.log` and `util.inspect`, without the password. */
  [INSPECT](_depth: number, options: object, inspect: Inspect): string {
    const { id, zxid, timeout } = this;
    return `SessionTicket ${inspect({ id: hex(id), zxid: hex(zxid), timeout }, options)}`;
  }
}

/** Refuses what takes no session up again. */
export function checkTicket(argument: string, ticket: TicketFields): TicketFields {
  const { id, password, zxid, timeout } = knownKeys(argument, ticket, FIELDS);
  if (typeof id !== 'bigint' || id === 0n)
    throw new UsageError(`${argument}.id`, 'must be the id of a session, a bigint; SessionTicket.from reads JSON');
  if (typeof zxid !== 'bigint' || zxid < 0n) throw new UsageError(`${argument}.zxid`, 'must be a bigint, 0 or above');
  if (bytes(`${argument}.password`, password).length !== PASSWORD_SIZE)
    throw new UsageError(`${argument}.password`, `must be ${PASSWORD_SIZE} bytes`);
  duration(`${argument}.timeout`, timeout);
  return ticket;
}

function hex(value: bigint): string {
  return `${value < 0n ? '-' : ''}0x${(value < 0n ? -value : value).toString(16)}`;
}

function numberOf(argument: string, text: string): bigint {
  if (typeof text !== 'string' || !HEX.test(text)) throw new UsageError(argument, "must be hexadecimal, as in '0x1f'");
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
}
