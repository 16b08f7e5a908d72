import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { firstValueFrom } from 'rxjs';
import { ADMIN_PORT, adminServer, answerIn } from '../../../lib/cli/stores/adminServer.js';

/** As the AdminServer of ZooKeeper 3.8.0 has sent them. */
const CAPTURED = {
  watches_by_path: `{
  "path_to_session_ids" : {
    "/app" : [ 72057684119846912 ],
    "/app/a, 12345678901234567890" : [ 72057684119846912, -5980780305148018688 ]
  },
  "command" : "watches_by_path",
  "error" : null
}`,
  nosuch: `{
  "command" : "nosuch",
  "error" : "Unknown command: nosuch"
}`,
};

describe('an answer of an AdminServer', () => {
  it('keeps the ids of sessions, which are larger than a number of JavaScript', () => {
    expect(answerIn(CAPTURED.watches_by_path, 'it', 'watches_by_path')).toMatchObject({
      path_to_session_ids: {
        '/app': ['72057684119846912'],
        '/app/a, 12345678901234567890': ['72057684119846912', '-5980780305148018688'],
      },
    });
  });

  it('is an error where the server refuses the command', () =>
    expect(() => answerIn(CAPTURED.nosuch, 'it', 'nosuch')).toThrow(
      expect.objectContaining({ code: 'ADMIN_REFUSED', layer: 'server', message: 'it: Unknown command: nosuch' })
    ));

  it.each(['', 'not found', '[]', 'null', '{"a":1}'])('is a protocol error where another server answers: %j', (text) =>
    expect(() => answerIn(text, 'it', 'monitor')).toThrow(expect.objectContaining({ code: 'PROTOCOL' }))
  );
});

describe('an AdminServer', () => {
  let server: Server;
  let port: number;
  const asked: (string | undefined)[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url);
      if (request.url === '/commands/moved') response.writeHead(302, { location: '/commands/nosuch' }).end();
      else if (request.url === '/commands/endless') response.write('x'.repeat(1024 * 1024), () => flood());
      else response.end(request.url === '/commands/empty' ? '' : CAPTURED.watches_by_path);
      const flood = () => {
        if (!response.destroyed) response.write('x'.repeat(1024 * 1024), flood);
      };
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
  });
  const ask = (command: string) => firstValueFrom(adminServer({ host: '127.0.0.1', port }).ask(command));

  it('is asked at its usual address', async () => {
    expect(ADMIN_PORT).toBe(8080);
    expect(await ask('watches_by_path')).toMatchObject({ command: 'watches_by_path' });
    expect(asked.at(-1)).toBe('/commands/watches_by_path');
  });

  it('is no AdminServer if it leads elsewhere, sends nothing, or never ends', async () => {
    await expect(ask('moved')).rejects.toMatchObject({ layer: 'transport' });
    await expect(ask('empty')).rejects.toMatchObject({ code: 'CONNECTION_LOST', effect: 'none' });
    await expect(ask('endless')).rejects.toMatchObject({ code: 'PROTOCOL' });
  });

  it('cannot be reached where there is none', async () => {
    const none = createServer().listen(0, '127.0.0.1');
    await once(none, 'listening');
    const { port: free } = none.address() as AddressInfo;
    none.close();
    const asked = firstValueFrom(adminServer({ host: '127.0.0.1', port: free }).ask('monitor'));
    await expect(asked).rejects.toMatchObject({ code: 'CONNECT_FAILED', message: expect.stringContaining(`${free}`) });
  });
});
