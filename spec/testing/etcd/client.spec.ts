import { afterEach, describe, expect, it } from '@jest/globals';
import { firstValueFrom, tap } from 'rxjs';
import { connect, open } from '../../../lib/etcd/index.js';
import { startEtcd } from '../../../lib/testing/index.js';
import { VirtualEtcd } from './virtualEtcd.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe("the library's own client", () => {
  it('works with the embedded etcd over a socket', async () => {
    const server = await startEtcd({ members: ['a', 'b', 'c'] });
    cleanups.push(() => server.stop());
    const etcd = await open(server.endpoints.join());
    cleanups.push(() => etcd.close());
    await firstValueFrom(etcd.put('greeting', Buffer.from('hello')));
    const found = await firstValueFrom(etcd.get('greeting'));
    expect(String(found?.value)).toBe('hello');
    expect([...server.entries().keys()]).toEqual(['greeting']);
  });

  it('works with it in virtual time, and goes to another member when one stops', () => {
    const { server, time } = new VirtualEtcd({ members: ['a', 'b', 'c'], entries: { k: '1' } });
    const seen: string[] = [];
    const options = { transport: server.transport({ latency: 5 }), scheduler: time };
    const client = connect(server.endpoints.join(), options).subscribe((etcd) => {
      const read = () => etcd.get('k').pipe(tap((found) => seen.push(`${String(found?.value)} at ${time.now()}`)));
      read().subscribe();
      time.schedule(() => void server.refuse('a'), 1_000);
      time.schedule(() => read().subscribe(), 4_000);
    });
    time.advance(3_999);
    expect(seen).toEqual([expect.stringMatching(/^1 at \d{1,2}$/)]);
    time.advance(6_001);
    expect(seen).toHaveLength(2);
    client.unsubscribe();
    time.advance(1_000);
    expect(server.connections()).toBe(0);
  });
});
