import type { Socket } from 'node:net';

/** Ends a connection by a reset (RST); one that has not come about is given up. */
export function resetSocket(socket: Socket): void {
  if (socket.connecting) socket.destroy(); // a reset would wait for the connection, for as long as that takes
  else socket.resetAndDestroy();
}
