import type { JuteReader } from '../../../zookeeper/protocol/juteReader.js';
import type { ZooKeeperFaultRequest } from '../zooKeeperServerOptions.js';
import { opName } from './opcode.js';

const SLASH = 0x2f;

/** The view of a request that a user's `faults` function gets. */
export function faultRequest(
  sessionId: bigint,
  xid: number,
  opcode: number,
  { bytes, position, left }: JuteReader
): ZooKeeperFaultRequest {
  const size = left >= 4 ? bytes.readInt32BE(position) : -1;
  const start = position + 4;
  const path =
    size > 0 && size <= left - 4 && bytes[start] === SLASH ? bytes.toString('utf8', start, start + size) : undefined;
  return { sessionId, opcode, operation: opName(opcode), path, xid };
}
