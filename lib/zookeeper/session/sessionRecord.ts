import type { Settings } from '../options.js';
import { SessionTicket } from '../sessionTicket.js';
import { type ConnectRequest, type ConnectResponse, PASSWORD_SIZE } from '../protocol/handshake.js';

/** The facts about the session that outlive a link, and about the store that outlive a session. */
export class SessionRecord {
  /** Counts sessions; 0 before the first. */
  epoch = 0;
  id = 0n;
  password: Uint8Array = new Uint8Array(PASSWORD_SIZE);
  /** Negotiated, in milliseconds. */
  timeout: number;
  /** Newest transaction that a *reply* showed while all watches stood: watches catch up from there. */
  zxid = 0n;
  /** Newest transaction seen in any way: no server that is behind it will do. */
  seen = 0n;
  /** Whether the session stands only with a server that has lost its quorum, and which forgets it. */
  local = false;
  /** Until when, on the client's clock, the session may stand without a word from us. */
  deadline = Infinity;

  constructor({ ticket, sessionTimeout }: Settings) {
    this.timeout = ticket?.timeout ?? sessionTimeout;
    if (ticket === undefined) return;
    this.epoch = 1;
    this.id = ticket.id;
    this.password = ticket.password;
    this.zxid = this.seen = ticket.zxid;
  }

  get ticket(): SessionTicket {
    const { id, password, seen: zxid, timeout } = this;
    return new SessionTicket({ id, password, zxid, timeout });
  }

  request({ sessionTimeout, readOnly }: Settings): ConnectRequest {
    return { zxid: this.seen, timeout: sessionTimeout, id: this.id, password: this.password, readOnly };
  }

  /** The server has let us in. */
  admitted({ id, password, timeout, readOnly }: ConnectResponse): void {
    if (this.id === 0n) {
      this.epoch++;
      this.local = readOnly;
    }
    this.id = id;
    this.password = password;
    this.timeout = timeout;
    this.local &&= readOnly;
    this.deadline = Infinity;
  }

  /**
   * Notes the newest transaction of replies and events.
   *
   * @param caughtUp whether every watch has reported the changes up to `zxid`: only then the next link catches up from
   * there
   */
  saw(zxid: bigint, caughtUp: boolean): void {
    if (zxid > this.seen) this.seen = zxid;
    if (caughtUp && zxid > this.zxid) this.zxid = zxid;
  }

  /**
   * The servers have lost data that this client has seen. Any node may have become another: also the root, which no
   * transaction has made.
   */
  lost(): void {
    this.seen = 0n;
    this.zxid = -1n;
  }

  /** The session is over. The horizon stays: a new one must not show an older state. */
  forget(): void {
    this.id = 0n;
    this.password = new Uint8Array(PASSWORD_SIZE);
    this.local = false;
    this.deadline = Infinity;
  }
}
