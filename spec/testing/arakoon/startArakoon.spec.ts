import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { type ArakoonServerOptions, type EmbeddedArakoon, startArakoon } from '../../../lib/testing/index.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options?: ArakoonServerOptions): Promise<EmbeddedArakoon> {
  const server = await startArakoon(options);
  cleanups.push(() => server.stop());
  return server;
}

async function dial(server: EmbeddedArakoon, node: string): Promise<Socket> {
  const [host, port] = server.cluster.nodes[node]![0]!.split(':') as [string, string];
  const socket = connect(Number(port), host);
  socket.on('error', () => {}); // 'close' follows
  cleanups.push(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** What is answered to these bytes, up to so many. */
async function heard(socket: Socket, bytes: string, size: number): Promise<string> {
  let all = Buffer.alloc(0);
  const enough = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      all = Buffer.concat([all, chunk]);
      if (all.length >= size) resolve();
    });
    socket.once('close', () => resolve());
  });
  socket.write(Buffer.from(bytes, 'hex'));
  await enough;
  return all.toString('hex');
}

const HELLO = '0000ffb1' + '01000000' + '05000000' + Buffer.from('ricky').toString('hex');
const WHO_MASTER = '0200ffb1';

describe('startArakoon', () => {
  it('listens on a port for each node, to any client', async () => {
    const server = await start({ id: 'ricky', nodes: ['a', 'b'] });
    expect(new Set(Object.values(server.cluster.nodes).flat()).size).toBe(2);
    for (const node of ['a', 'b'])
      expect(await heard(await dial(server, node), HELLO + WHO_MASTER, 10)).toBe('00000000' + '01' + '01000000' + '61');
  });

  it('closes on those who take it for another cluster, without a word', async () => {
    const server = await start({ id: 'other' });
    expect(await heard(await dial(server, 'arakoon_0'), HELLO + WHO_MASTER, 10)).toBe('');
  });

  it('says why it takes nobody in, and closes', async () => {
    const server = await start({ id: 'ricky', maxConnections: 0 });
    expect(await heard(await dial(server, 'arakoon_0'), '', 24)).toBe(
      'fe000000' + '10000000' + Buffer.from('too many clients').toString('hex')
    );
  });

  it('keeps its ports and its keys while it takes nobody in', async () => {
    const server = await start({ id: 'ricky', entries: { k: 'v' } });
    const { cluster } = server;
    const known = await dial(server, 'arakoon_0');
    const closed = once(known, 'close');
    await server.refuse();
    await closed;
    await expect(dial(server, 'arakoon_0')).rejects.toThrow('ECONNREFUSED');
    await server.accept();
    expect(server.cluster).toEqual(cluster);
    expect(await heard(await dial(server, 'arakoon_0'), HELLO + '0800ffb100010000006b', 9)).toBe(
      '00000000' + '01000000' + '76'
    );
  });

  it('rejects options that cannot be', () => expect(startArakoon({ nodes: [] })).rejects.toThrow('options.nodes'));

  it('ends with the block that it was started in', async () => {
    let port: string;
    {
      await using server = await startArakoon();
      port = server.cluster.nodes['arakoon_0']![0]!.split(':')[1]!;
    }
    const socket = connect(Number(port), '127.0.0.1');
    await expect(once(socket, 'connect')).rejects.toThrow('ECONNREFUSED');
  });
});
