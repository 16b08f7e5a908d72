import { ProtocolError } from '../../core/errors.js';
import { Xid } from './header.js';
import type { JuteReader } from './juteReader.js';
import type { JuteWriter } from './juteWriter.js';

/** The first message of a client: its session, if it has one, and the newest transaction that it has seen. */
export interface ConnectRequest {
  /** Newest transaction this client has seen: a server that is behind it refuses. */
  readonly zxid: bigint;
  /** Session timeout wished for, in milliseconds. */
  readonly timeout: number;
  /** `0n` asks for a new session. */
  readonly id: bigint;
  readonly password: Uint8Array;
  readonly readOnly: boolean;
}

export interface ConnectResponse {
  /** Session timeout granted, in milliseconds; 0 or less says that the session asked for is gone. */
  readonly timeout: number;
  readonly id: bigint;
  readonly password: Uint8Array;
  /** Whether the server is read-only at present. */
  readonly readOnly: boolean;
}

export const PASSWORD_SIZE = 16;
const VERSION = 0;
const PING = 11;
const AUTH = 100;
const AUTH_PACKET = 0;
/** Of the answer without its last byte, which servers before 3.4 leave out. */
const SHORTEST = 36;
/** The size of a reply header, which a read-only server without local sessions sends in place of an answer. */
const REFUSAL = 16;

export function writeConnectRequest(out: JuteWriter, { zxid, timeout, id, password, readOnly }: ConnectRequest): void {
  out.begin().int(VERSION).long(zxid).int(timeout).long(id).buffer(password).bool(readOnly).end();
}

/** Reads the answer. Throws a ProtocolError for anything else, also when it is a known way of saying no. */
export function readConnectResponse(input: JuteReader): ConnectResponse {
  const size = input.left;
  if (size === REFUSAL) {
    input.long();
    input.int();
    throw new ProtocolError(`the server refused the connection with error ${input.int()}`, {
      code: 'REFUSED',
      effect: 'none',
    });
  }
  if (size < SHORTEST) throw new ProtocolError(`an answer of ${size} bytes to the connect request`, { effect: 'none' });
  const version = input.int();
  if (version !== VERSION) throw new ProtocolError(`protocol version ${version}`, { effect: 'none' });
  const timeout = input.int();
  const id = input.long();
  const password = input.buffer();
  if (password === null || password.length !== PASSWORD_SIZE) {
    throw new ProtocolError(`a session password of ${password?.length ?? 'no'} bytes`, { effect: 'none' });
  }
  return { timeout, id, password: Uint8Array.from(password), readOnly: input.left > 0 && input.bool() };
}

/** Asks for a sign of life. */
export function writePing(out: JuteWriter): void {
  out.begin().int(Xid.ping).int(PING).end();
}

/** Presents an identity. */
export function writeIdentity(out: JuteWriter, scheme: string, auth: Uint8Array): void {
  out.begin().int(Xid.auth).int(AUTH).int(AUTH_PACKET).string(scheme).buffer(auth).end();
}
