import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { type ZooKeeper, open, setPartitioner, timeLease } from '../../lib/index.js';
import { KazooProgram } from '../helpers/kazooProgram.js';
import type { RealServer } from '../helpers/realServer.js';
import { waitFor } from '../helpers/waitFor.js';
import { startZooKeeper } from '../helpers/zookeeperServer.js';

const HOUR = 3_600_000;

describe("kazoo's time leases and partitioner on ZooKeeper, and ours", () => {
  let server: RealServer;
  let kazoo: KazooProgram;
  let zk: ZooKeeper & AsyncDisposable;
  beforeAll(async () => {
    server = await startZooKeeper();
    kazoo = new KazooProgram(join(__dirname, 'kazooLease.py'), server.connectString);
    zk = await open(server.connectString);
    await kazoo.says('ready');
  });
  afterAll(async () => {
    kazoo?.stop();
    await zk?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  const ask = (path: string, holder: string, options: { readonly duration?: number; readonly leases?: number } = {}) =>
    firstValueFrom(timeLease(zk, path, { holder, duration: HOUR, ...options }));
  const kazooAsks = async (line: string, answer: 'obtained' | 'refused') => {
    kazoo.tell(line);
    await kazoo.says(answer);
  };

  it('refuse each other a lease that is held, and give it to the same holder', async () => {
    expect(await ask('/ours', 'us')).toMatchObject({ path: '/ours/lease_holder' });
    await kazooAsks('lease /ours them 60', 'refused');
    await kazooAsks('lease /ours us 60', 'obtained');
    expect(await ask('/ours', 'them')).toBeUndefined();
    await kazooAsks('lease /theirs them 3600', 'obtained');
    expect(await ask('/theirs', 'us')).toBeUndefined();
    const renewed = await ask('/theirs', 'them', { duration: 2 * HOUR });
    expect(renewed!.until).toBeGreaterThan(Date.now() + 1.9 * HOUR);
  });

  it('have what the other held, once its time is over', async () => {
    await kazooAsks('lease /short them 1', 'obtained');
    await waitFor(async () => (await ask('/short', 'us', { duration: 1000 })) !== undefined);
    const over = async () => {
      kazoo.tell('lease /short them 3600');
      await waitFor(() => kazoo.has('obtained') || kazoo.has('refused'));
      const obtained = kazoo.has('obtained');
      await kazoo.says(obtained ? 'obtained' : 'refused');
      return obtained;
    };
    await waitFor(over);
    expect(await ask('/short', 'us')).toBeUndefined();
  });

  it('share several leases', async () => {
    expect(await ask('/several', 'us', { leases: 2 })).toMatchObject({ path: '/several/0/lease_holder' });
    await kazooAsks('leases 2 /several them 3600', 'obtained');
    expect(await ask('/several', 'another', { leases: 2 })).toBeUndefined();
    await kazooAsks('leases 2 /several another 3600', 'refused');
  });

  it('divide a set between them, and again when one leaves', async () => {
    const log: string[] = [];
    const ours = setPartitioner(zk, '/set', ['c', 'a', 'b'], { name: 'us', settle: 300 }).subscribe((parts) =>
      log.push(parts.map(({ item }) => item).join())
    );
    await waitFor(() => log.at(-1) === 'a,b,c');
    kazoo.tell('partition /set them a,b,c');
    await kazoo.says('has a,c');
    await waitFor(() => log.at(-1) === 'b');
    expect(log).toEqual(['', 'a,b,c', '', 'b']);
    ours.unsubscribe();
    await kazoo.says('lets go');
    await kazoo.says('has a,b,c');
    const again = setPartitioner(zk, '/set', ['a', 'b', 'c'], { name: 'us', settle: 300 }).subscribe((parts) =>
      log.push(parts.map(({ item }) => item).join())
    );
    await kazoo.says('has a,c');
    await waitFor(() => log.at(-1) === 'b');
    kazoo.tell('leave');
    await kazoo.says('left');
    await waitFor(() => log.at(-1) === 'a,b,c');
    again.unsubscribe();
  });
});
