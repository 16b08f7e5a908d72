import { createServer, type Server } from 'node:net';

const LOWEST = 20_000;
const COUNT = 12_000; // below 32768, where Linux's ephemeral ports begin

/**
 * Free loopback ports, for servers that must be told theirs.
 *
 * Not those the kernel would choose: an outgoing connection can take such a port while its server is down, even one
 * that reconnects to it and so, on loopback, reaches itself. Another process may still take a port before it is
 * bound: whoever binds must be ready to ask for others.
 */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  const ports: number[] = [];
  while (ports.length < count) {
    const port = LOWEST + Math.floor(Math.random() * COUNT);
    const server = await listen(port);
    if (!server) continue;
    held.push(server);
    ports.push(port);
  }
  await Promise.all(held.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
