import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';

/** A TCP server that gives back what it is sent, or does as it is told. */
export async function startEchoServer() {
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    server.sockets.push(socket);
    socket.on('error', () => {});
    server.respond(socket);
  });
  const server = {
    host: '127.0.0.1',
    port: 0,
    /** Its ends of the connections, in the order in which they came. */
    sockets: [] as Socket[],
    respond: (socket: Socket): unknown => socket.pipe(socket),
    /** Nobody is taken in any more. */
    refuse: () => void listener.close(),
    stop() {
      listener.close();
      for (const socket of server.sockets) socket.destroy();
    },
  };
  listener.listen(0, server.host);
  await once(listener, 'listening');
  server.port = (listener.address() as AddressInfo).port;
  return server;
}

export type EchoServer = Awaited<ReturnType<typeof startEchoServer>>;
