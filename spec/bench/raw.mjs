// The ceiling: a socket that sends requests that were encoded beforehand and does no more with replies than to count
// them.
import { connect } from 'node:net';
import { connectRequest, frame, OPEN_ACL, Op } from './wire.mjs';

const READ_BUFFER = 256 * 1024;

/** One request of each sort of a workload; its xid is always the same, which servers do not mind. */
export const rawRequests = {
  get: (path) => frame(1, Op.getData, path, false),
  set: (path, data) => frame(1, Op.setData, path, data, -1),
  children: (path) => frame(1, Op.getChildren, path, false),
  multi: (paths, data) =>
    frame(1, Op.multi, ...paths.flatMap((path) => [Op.setData, false, -1, path, data, -1]), -1, true, -1),
  createEphemeral: (path) => frame(1, Op.create, path, '', ...OPEN_ACL, 3),
};

/** Keeps `lanes` requests under way, and calls `counted` with how many were answered. */
export function rawLoop(port, request, lanes, counted) {
  const batch = Buffer.concat(Array(lanes).fill(request));
  const bytes = Buffer.allocUnsafeSlow(READ_BUFFER);
  let head = 0; // bytes of a length that has come in part
  let length = 0;
  let skip = 0;
  let greeted = false;
  const socket = connect({ host: '127.0.0.1', port, noDelay: true, onread: { buffer: bytes, callback } });
  socket.write(connectRequest);

  function callback(size) {
    let frames = 0;
    let at = 0;
    while (at < size) {
      if (skip > 0) {
        const step = Math.min(skip, size - at);
        at += step;
        skip -= step;
        if (skip === 0) frames++;
      } else if (head === 0 && size - at >= 4) {
        skip = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
        at += 4;
      } else {
        length = (length << 8) | bytes[at++];
        if (++head === 4) {
          skip = length;
          head = length = 0;
        }
      }
    }
    if (!greeted) {
      if (frames === 0) return true;
      greeted = true;
      socket.write(batch);
    } else if (frames > 0) {
      counted(frames);
      socket.write(frames === lanes ? batch : batch.subarray(0, frames * request.length));
    }
    return true;
  }
}
