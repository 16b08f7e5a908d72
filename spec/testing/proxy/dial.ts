import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

/** A client that remembers what it was sent. */
export async function dial({ host, port }: { readonly host: string; readonly port: number }) {
  const socket = connect({ host, port, noDelay: true });
  const client = {
    socket,
    chunks: [] as string[],
    ended: false,
    error: undefined as string | undefined,
    closed: gone(socket),
    get text() {
      return client.chunks.join('');
    },
    async has(text: string) {
      while (!client.text.endsWith(text)) await once(socket, 'data');
    },
    async says(text: string) {
      socket.write(text);
      await client.has(text);
    },
  };
  await once(socket, 'connect');
  socket.on('data', (bytes: Buffer) => client.chunks.push(bytes.toString('latin1')));
  socket.on('end', () => (client.ended = true));
  socket.on('error', (error: NodeJS.ErrnoException) => (client.error = error.code));
  return client;
}

/** When a socket is closed, for whatever reason. */
export function gone(socket: Socket | undefined): Promise<void> {
  return new Promise((done) => (!socket || socket.closed ? done() : socket.once('close', () => done())));
}
