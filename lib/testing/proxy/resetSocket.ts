import type { Socket } from 'node:net';

/** Ends a connection by a reset (RST); one that has not come about, or is about to end anyway, is given up instead. */
export function resetSocket(socket: Socket): void {
  const ending = socket.writableEnded && !socket.writableFinished;
  if (socket.connecting) socket.destroy(); // a reset would wait for the connection, for as long as that takes
  else if (ending) socket.destroy(); // a reset would fail (EINVAL) while its FIN is being sent, and Node would never close it
  else socket.resetAndDestroy();
}
