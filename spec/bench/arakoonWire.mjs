// What the raw socket says to an Arakoon, and how long the answers are.
import { connect } from 'node:net';

export const ID = 'bench';
export const KEY = '/bench/key-of-some-length';
export const VALUE = Buffer.alloc(100, 0x62);

const MASK = 0xb1ff0000;
const READ_BUFFER = 256 * 1024;

const int = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
const string = (text) => {
  const bytes = Buffer.from(text);
  return Buffer.concat([int(bytes.length), bytes]);
};
const prologue = Buffer.concat([int(MASK), int(1), string(ID)]);

const commands = {
  get: { request: Buffer.concat([int(MASK | 0x08), Buffer.from([0]), string(KEY)]), answer: 4 + 4 + VALUE.length },
  set: { request: Buffer.concat([int(MASK | 0x09), string(KEY), string(VALUE)]), answer: 4 },
};

/**
 * Keeps `lanes` requests under way on one connection, and calls `counted` with how many were answered: answers are told
 * by their length.
 */
export function rawLoop(port, verb, lanes, counted) {
  const { request, answer } = commands[verb];
  const batch = Buffer.concat(Array(lanes).fill(request));
  let part = 0;
  const callback = (size) => {
    const answers = Math.floor((part + size) / answer);
    part = (part + size) % answer;
    if (answers === 0) return true;
    counted(answers);
    socket.write(answers === lanes ? batch : batch.subarray(0, answers * request.length));
    return true;
  };
  const socket = connect({
    host: '127.0.0.1',
    port,
    noDelay: true,
    onread: { buffer: Buffer.allocUnsafeSlow(READ_BUFFER), callback },
  });
  socket.write(Buffer.concat([prologue, batch]));
}
