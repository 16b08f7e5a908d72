// A server that knows nothing: it answers every request at once with a ready-made reply of the right form and xid, so
// that the client is what limits. Runs in a process of its own, and tells its port to the one that forked it.
import { createServer } from 'node:net';
import { Op, STAT, connectResponse, frame } from './wire.mjs';

const DATA = Buffer.alloc(100, 0x61);
const HEADER = [0, 1n, 0];
const GET = frame(...HEADER, DATA, ...STAT);
const RUN = 1024;
const XID = 4;
const ready = new Map();

const server = createServer((socket) => {
  socket.setNoDelay(true);
  new Conversation(socket);
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
process.on('disconnect', () => process.exit(0));

class Conversation {
  #socket;
  #rest = Buffer.alloc(0);
  #greeted = false;
  #gets = []; // blocks of ready replies to get; only the xids in them change
  #block = this.#newBlock();
  #run = 0;

  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', () => socket.destroy());
  }

  #read(chunk) {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    if (!this.#greeted && bytes.length >= 4 && bytes.latin1Slice(0, 4) === 'srvr') {
      this.#socket.end('Zookeeper version: 3.8.0-canned, built on nothing\nMode: standalone\n');
      return;
    }
    this.#socket.cork();
    while (bytes.length - at >= 4) {
      const end = at + 4 + bytes.readInt32BE(at);
      if (end > bytes.length) break;
      this.#answer(bytes, at + 4, end);
      at = end;
    }
    this.#send();
    this.#socket.uncork();
    this.#rest = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
  }

  #answer(bytes, at, end) {
    if (!this.#greeted) {
      this.#greeted = true;
      return void this.#socket.write(connectResponse);
    }
    // the usual case, without a call or a copy
    if (bytes[at + 7] === Op.getData && bytes[at + 4] === 0) {
      const block = this.#block;
      const to = this.#run * GET.length + XID;
      block[to] = bytes[at];
      block[to + 1] = bytes[at + 1];
      block[to + 2] = bytes[at + 2];
      block[to + 3] = bytes[at + 3];
      if (++this.#run === RUN) this.#send();
      return;
    }
    this.#send();
    const reply = replyTo(bytes.readInt32BE(at + 4), bytes, at + 8, end);
    bytes.copy(reply, XID, at, at + 4);
    this.#socket.write(reply);
    if (bytes.readInt32BE(at + 4) === Op.close) this.#socket.end();
  }

  #send() {
    if (this.#run === 0) return;
    const block = this.#block;
    this.#socket.write(block.subarray(0, this.#run * GET.length), () => this.#gets.push(block));
    this.#run = 0;
    this.#block = this.#gets.pop() ?? this.#newBlock();
  }

  #newBlock() {
    const block = Buffer.allocUnsafeSlow(RUN * GET.length);
    for (let i = 0; i < RUN; i++) GET.copy(block, i * GET.length);
    return block;
  }
}

/** A copy that is the caller's to complete. */
function replyTo(opcode, bytes, at, end) {
  switch (opcode) {
    case Op.create:
    case Op.create2: {
      const path = bytes.subarray(at + 4, at + 4 + bytes.readInt32BE(at));
      return opcode === Op.create ? frame(...HEADER, path) : frame(...HEADER, path, ...STAT);
    }
    case Op.multiRead:
      return Buffer.from(once(`multiRead ${reads(bytes, at, end)}`, () => readsReply(reads(bytes, at, end))));
    case Op.exists:
    case Op.setData:
      return Buffer.from(once('stat', () => frame(...HEADER, ...STAT)));
    case Op.getChildren:
      return Buffer.from(once('children', () => frame(...HEADER, 3, 'a', 'b', 'c')));
    case Op.getChildren2:
      return Buffer.from(once('children2', () => frame(...HEADER, 3, 'a', 'b', 'c', ...STAT)));
    default:
      return frame(...HEADER);
  }
}

/** How many reads there are; all of them are taken for gets. */
function reads(bytes, at, end) {
  let count = 0;
  while (at < end && bytes[at + 4] === 0) {
    at += 9;
    at += 5 + bytes.readInt32BE(at);
    count++;
  }
  return count;
}

function readsReply(count) {
  const fields = [];
  for (let i = 0; i < count; i++) fields.push(Op.getData, false, 0, DATA, ...STAT);
  return frame(...HEADER, ...fields, -1, true, -1);
}

function once(key, make) {
  let value = ready.get(key);
  if (value === undefined) ready.set(key, (value = make()));
  return value;
}
