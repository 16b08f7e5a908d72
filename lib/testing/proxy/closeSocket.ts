import type { Socket } from 'node:net';

/** Ends a connection in good order (FIN), or by a reset (RST). One that has not come about is given up. */
export function closeSocket(socket: Socket, how: 'fin' | 'rst'): void {
  const ending = socket.writableEnded && !socket.writableFinished;
  if (socket.connecting)
    socket.destroy(); // all else would wait for the connection, for as long as that takes
  else if (how === 'fin') socket.destroySoon();
  else if (ending)
    socket.destroy(); // a reset would fail (EINVAL) while the FIN is being sent, and Node would never close the socket
  else socket.resetAndDestroy();
}
