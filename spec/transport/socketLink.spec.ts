import { expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { endWith, lastValueFrom, map, switchMap, takeWhile, toArray } from 'rxjs';
import { tcp } from '../../lib/transport/tcp.js';

it('begins to read into little memory, and takes more for a peer that sends much', async () => {
  const sent = Buffer.alloc(4 * 1024 * 1024, 'all that is sent arrives, in its order');
  const server = createServer((socket) => socket.end(sent)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const chunk$ = tcp({ host: '127.0.0.1', port }).pipe(
    switchMap(({ chunk$ }) =>
      chunk$.pipe(
        map((chunk) => Buffer.from(chunk)),
        endWith(undefined)
      )
    ),
    takeWhile((chunk) => chunk !== undefined)
  );
  const chunks = await lastValueFrom(chunk$.pipe(toArray()));
  server.close();
  const sizes = chunks.map(({ length }) => length);
  expect(sizes[0]).toBe(8 * 1024);
  expect(Math.max(...sizes)).toBeGreaterThan(8 * 1024);
  expect(Buffer.concat(chunks).equals(sent)).toBe(true);
});
