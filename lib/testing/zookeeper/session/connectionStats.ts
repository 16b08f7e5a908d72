/** How much has been said: by the clients of a server in all, or by one of them. */
export class ConnectionStats {
  readonly #total: ConnectionStats | undefined;
  received = 0;
  sent = 0;
  /** When it began, by the wall clock. */
  readonly since: number;
  /** The last request: its opcode, its number, and the newest transaction then. */
  opcode: number | undefined;
  xid = 0;
  zxid = 0;

  /** @param total the statistics that count everything too */
  constructor(since: number, total?: ConnectionStats) {
    this.since = since;
    this.#total = total;
  }

  heard(): void {
    this.received++;
    this.#total?.heard();
  }

  said(): void {
    this.sent++;
    this.#total?.said();
  }

  /** A request is being served. */
  serving(opcode: number, xid: number, zxid: number): void {
    this.opcode = opcode;
    if (xid >= 0) this.xid = xid;
    this.zxid = zxid;
  }

  reset(): void {
    this.received = this.sent = this.opcode = this.zxid = 0;
    this.xid = -1;
  }
}
