// What RxJS and V8 allow: the least that can be called a client with Observables. One server, no reconnection, no
// bounds, no checks of what comes in, and results whose bytes are looked at only when asked for. A yardstick and
// nothing else.
import { connect } from 'node:net';
import { Observable } from 'rxjs';
import { OPEN_ACL, Op, connectRequest, frame } from './wire.mjs';

const RING = 4096;
const SLAB = 64 * 1024;
const ACL = frame(...OPEN_ACL).subarray(4);

/** The bytes of a reply, kept; fields are read from them on access. */
class Kept {
  constructor(bytes, start, end) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }
  get value() {
    const length = this.bytes.readInt32BE(this.start);
    return this.bytes.subarray(this.start + 4, this.start + 4 + length);
  }
  /** The value and the metadata as a plain object, which a caller can keep, print and compare. */
  get made() {
    const { bytes, value } = this;
    const at = this.start + 4 + value.length;
    return {
      value,
      stat: {
        czxid: bytes.readBigInt64BE(at),
        mzxid: bytes.readBigInt64BE(at + 8),
        ctime: Number(bytes.readBigInt64BE(at + 16)),
        mtime: Number(bytes.readBigInt64BE(at + 24)),
        version: bytes.readInt32BE(at + 32),
        cversion: bytes.readInt32BE(at + 36),
        aversion: bytes.readInt32BE(at + 40),
        ephemeralOwner: bytes.readBigInt64BE(at + 44),
        dataLength: bytes.readInt32BE(at + 52),
        numChildren: bytes.readInt32BE(at + 56),
        pzxid: bytes.readBigInt64BE(at + 60),
      },
    };
  }
}

class Asked extends Observable {
  constructor(client, opcode, path, data, flags) {
    super(ask);
    this.client = client;
    this.opcode = opcode;
    this.path = path;
    this.data = data;
    this.flags = flags;
  }
}

function ask(subscriber) {
  this.client.send(this.opcode, this.path, this.data, this.flags, subscriber);
}

export class MinimalClient {
  #socket;
  #out = Buffer.allocUnsafeSlow(SLAB);
  #outEnd = 0;
  #in = Buffer.allocUnsafeSlow(4 * SLAB);
  #inEnd = 0;
  #kept = Buffer.allocUnsafeSlow(SLAB);
  #keptEnd = 0;
  #waiting = new Array(RING).fill(undefined);
  #opcodes = new Int8Array(RING);
  #xid = 1;
  #due = 1;
  #reading = false;
  #scheduled = false;
  #greeted;
  #flushSoon = () => {
    this.#scheduled = false;
    this.#flush();
  };

  connect(port) {
    return new Promise((resolve) => {
      this.#greeted = resolve;
      this.#socket = connect({
        host: '127.0.0.1',
        port,
        noDelay: true,
        onread: {
          buffer: () => (this.#inEnd === 0 ? this.#in : this.#in.subarray(this.#inEnd)),
          callback: (size) => (this.#received(size), true),
        },
      });
      this.#socket.write(connectRequest);
    });
  }

  get(path) {
    return new Asked(this, Op.getData, path, undefined, 0);
  }
  set(path, data) {
    return new Asked(this, Op.setData, path, data, 0);
  }
  create(path, data, flags) {
    return new Asked(this, Op.create, path, data, flags);
  }
  delete(path) {
    return new Asked(this, Op.delete, path, undefined, 0);
  }
  close() {
    this.#socket.end(frame(this.#xid, Op.close));
  }

  send(opcode, path, data, flags, subscriber) {
    const size = path.length;
    if (this.#outEnd + 64 + size + (data?.length ?? 0) > SLAB) this.#flush();
    const out = this.#out;
    const start = this.#outEnd;
    const xid = this.#xid++;
    let at = start + 4;
    at = put(out, at, xid);
    at = put(out, at, opcode);
    at = put(out, at, size);
    if (size <= 24) for (let i = 0; i < size; i++) out[at++] = path.charCodeAt(i);
    else at += out.latin1Write(path, at);
    if (opcode === Op.getData) out[at++] = 0;
    else {
      if (data !== undefined) {
        at = put(out, at, data.length);
        out.set(data, at);
        at += data.length;
      }
      if (opcode === Op.create) {
        out.set(ACL, at);
        at = put(out, at + ACL.length, flags);
      } else at = put(out, at, -1);
    }
    put(out, start, at - start - 4);
    this.#outEnd = at;
    this.#waiting[xid % RING] = subscriber;
    this.#opcodes[xid % RING] = opcode;
    if (this.#reading || this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(this.#flushSoon);
  }

  #flush() {
    if (this.#outEnd === 0) return;
    this.#socket.write(this.#out.subarray(0, this.#outEnd));
    if (this.#socket.writableLength > 0) this.#out = Buffer.allocUnsafeSlow(SLAB);
    this.#outEnd = 0;
  }

  #received(size) {
    this.#reading = true;
    const bytes = this.#in;
    const end = this.#inEnd + size;
    let at = 0;
    while (end - at >= 4) {
      const next = at + 4 + int(bytes, at);
      if (next > end) break;
      if (this.#greeted === undefined) this.#reply(bytes, at + 4, next);
      else {
        this.#greeted();
        this.#greeted = undefined;
      }
      at = next;
    }
    if (at > 0 && at < end) bytes.copyWithin(0, at, end);
    this.#inEnd = end - at;
    this.#reading = false;
    this.#flush();
  }

  #reply(bytes, at, end) {
    const xid = int(bytes, at);
    if (xid < 0) return;
    if (xid !== this.#due++) throw new Error(`xid ${xid}`);
    const subscriber = this.#waiting[xid % RING];
    this.#waiting[xid % RING] = undefined;
    if (subscriber === undefined || subscriber.closed) return; // undefined: close
    const code = int(bytes, at + 12);
    if (code !== 0) return subscriber.error(new Error(`code ${code}`));
    subscriber.next(
      this.#opcodes[xid % RING] === Op.create
        ? bytes.utf8Slice(at + 20, at + 20 + int(bytes, at + 16))
        : this.#keep(bytes, at + 16, end)
    );
    subscriber.complete();
  }

  #keep(bytes, start, end) {
    const size = end - start;
    if (this.#keptEnd + size > this.#kept.length) {
      this.#kept = Buffer.allocUnsafeSlow(Math.max(SLAB, size));
      this.#keptEnd = 0;
    }
    const at = this.#keptEnd;
    bytes.copy(this.#kept, at, start, end);
    this.#keptEnd += size;
    return new Kept(this.#kept, at, this.#keptEnd);
  }
}

function put(bytes, at, value) {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
  return at + 4;
}

function int(bytes, at) {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}
