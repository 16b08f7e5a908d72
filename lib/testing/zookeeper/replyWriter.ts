import type { Admission } from './zooKeeperHost.js';
import { JavaWriter } from './javaText.js';
import type { Body } from './serverState.js';
import { writeLong } from './store/nodeStat.js';
import type { Wire } from '../host/wire.js';

const EVENT_XID = -1;
const CONNECTED = 3;
const UNLIMITED = 2 ** 31 - 1;

/** Writes replies and events for one client, and keeps them until they are sent. */
export class ReplyWriter {
  readonly #out = new JavaWriter(UNLIMITED);

  /** The answer to a connect request: a session, or that there is none. */
  greeting({ session, old }: Admission, readOnly: boolean): void {
    const out = this.#out
      .begin()
      .int(0)
      .int(session?.timeout ?? 0)
      .long(session?.id ?? 0n)
      .buffer(session?.password ?? Buffer.alloc(16));
    if (!old) out.bool(readOnly);
    out.end();
  }

  reply(xid: number, zxid: number, code: number, body?: Body): void {
    this.#out.begin().int(xid);
    writeLong(this.#out, zxid);
    this.#out.int(code);
    body?.(this.#out);
    this.#out.end();
  }

  event(type: number, path: string, zxid: number): void {
    this.#out.begin().int(EVENT_XID);
    writeLong(this.#out, zxid);
    this.#out.int(0).int(type).int(CONNECTED).string(path).end();
  }

  /** Sends it. */
  flush(wire: Wire): void {
    if (this.#out.length === 0) return;
    if (!wire.write(this.#out.take())) this.#out.release();
  }
}
