import { type Socket, connect } from 'node:net';
import { bool, buf, frame, i32, i64 } from '../helpers/wireBytes.js';

const PATIENCE = 3_000;
const PING = 11;
const PING_XID = -2;

/** How a client introduces itself. */
export interface Hello {
  readonly timeout?: number;
  /** Of a session that it wants back. */
  readonly id?: bigint;
  readonly password?: Uint8Array | null;
  readonly lastZxidSeen?: bigint;
  /** `undefined` leaves the field out, as clients from before read-only mode do. */
  readonly readOnly?: boolean | undefined;
}

/** What a server answered to it. */
export interface Welcome {
  readonly size: number;
  readonly version: number;
  readonly timeout: number;
  readonly id: bigint;
  readonly password: Buffer;
  readonly readOnly: boolean | undefined;
}

/**
 * A client that knows frames and nothing else: it sends what it is told to, right or wrong, and collects what comes.
 */
export class RawClient {
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #bytes = Buffer.alloc(0);
  #frames: Buffer[] = [];
  #pings = 0;
  #wake: (() => void)[] = [];
  closed = false;
  welcome: Welcome | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => {}); // 'close' follows
    this.#closed = new Promise((closed) => {
      socket.once('close', () => {
        this.closed = true;
        this.#tell();
        closed();
      });
    });
  }

  /** A client that has said nothing yet. */
  static async dial(port: number): Promise<RawClient> {
    const socket = connect({ host: '127.0.0.1', port });
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawClient(socket);
  }

  /** A client that has been answered, or hung up on. */
  static async open(port: number, hello: Hello = {}): Promise<RawClient> {
    const client = await RawClient.dial(port);
    client.write(helloBytes(hello));
    await client.#until(() => client.welcome !== undefined);
    return client;
  }

  /** Sends bytes. */
  write(bytes: Buffer): void {
    if (!this.closed) this.#socket.write(bytes);
  }

  /** Sends requests in one go, each a payload without its length. */
  send(...payloads: readonly Buffer[]): void {
    this.write(Buffer.concat(payloads.map((payload) => frame(payload))));
  }

  /** Sends requests and a ping, and waits for the ping's reply, or for the end. Returns all frames that came. */
  async exchange(...payloads: readonly Buffer[]): Promise<Buffer[]> {
    const wanted = this.#pings + 1;
    this.send(...payloads, request(PING_XID, PING));
    await this.#until(() => this.#pings >= wanted);
    return this.takeFrames();
  }

  /** Waits for the server to hang up. Returns whether it did. */
  async ended(): Promise<boolean> {
    await this.#until(() => false);
    return this.closed;
  }

  /** The next frame; `undefined` when there comes none. */
  async frame(): Promise<Buffer | undefined> {
    await this.#until(() => this.#frames.length > 0);
    return this.#frames.shift();
  }

  /** What has come and was not taken yet. */
  takeFrames(): Buffer[] {
    return this.#frames.splice(0);
  }

  /** Hangs up, and waits until the server knows. */
  async drop(): Promise<void> {
    this.#socket.end();
    await this.#closed;
  }

  async #until(condition: () => boolean): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!this.closed && !condition() && performance.now() < end) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, end - performance.now());
        this.#wake.push(() => (clearTimeout(timer), resolve()));
      });
    }
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const size = this.#bytes.length < 4 ? Infinity : this.#bytes.readInt32BE(0);
      if (this.#bytes.length < 4 + size) break;
      const payload = Buffer.from(this.#bytes.subarray(4, 4 + size));
      this.#bytes = this.#bytes.subarray(4 + size);
      if (this.welcome === undefined) this.welcome = readWelcome(payload);
      else {
        this.#frames.push(payload);
        if (payload.length >= 4 && payload.readInt32BE(0) === PING_XID) this.#pings++;
      }
    }
    this.#tell();
  }

  #tell(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** A connect request, as a frame. */
export function helloBytes({
  timeout = 30_000,
  id = 0n,
  password = Buffer.alloc(16),
  lastZxidSeen = 0n,
  ...rest
}: Hello): Buffer {
  const readOnly = 'readOnly' in rest ? rest.readOnly : false;
  return frame(
    i32(0),
    i64(lastZxidSeen),
    i32(timeout),
    i64(id),
    buf(password),
    ...(readOnly === undefined ? [] : [bool(readOnly)])
  );
}

/** A request, without its length. */
export function request(xid: number, opcode: number, ...body: readonly Buffer[]): Buffer {
  return Buffer.concat([i32(xid), i32(opcode), ...body]);
}

function readWelcome(payload: Buffer): Welcome {
  return {
    size: payload.length,
    version: payload.readInt32BE(0),
    timeout: payload.readInt32BE(4),
    id: payload.readBigInt64BE(8),
    password: payload.subarray(20, 36),
    readOnly: payload.length > 36 ? payload[36] !== 0 : undefined,
  };
}
