import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Observable, concat, firstValueFrom, repeat, take, timer, toArray } from 'rxjs';
import { type Item, type ZooKeeper, consume, enqueue, open, simpleQueue } from '../../lib/index.js';
import type { RealServer } from '../helpers/realServer.js';
import { waitForValue } from '../helpers/waitFor.js';
import { startZooKeeper } from '../helpers/zookeeperServer.js';

const text = ({ data }: Item) => String(data);

describe("kazoo's queues on ZooKeeper, and ours", () => {
  let server: RealServer;
  let zk: ZooKeeper & AsyncDisposable;
  beforeAll(async () => {
    server = await startZooKeeper();
    zk = await open(server.connectString);
  });
  afterAll(async () => {
    await zk?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  /** What kazoo gets, when it is told to do all this. */
  const kazoo = async (...commands: string[]): Promise<string[]> => {
    const { stdout } = await promisify(execFile)(
      '/usr/bin/python3',
      [join(__dirname, 'kazooQueue.py'), server.connectString, ...commands],
      { encoding: 'utf8' }
    );
    return stdout
      .trim()
      .split('\n')
      .filter((line) => line !== '');
  };
  const all = <T>(count: number, source$: Observable<T>) => firstValueFrom(source$.pipe(take(count), toArray()));

  it('share a simple queue, in the order of both', async () => {
    const queue = simpleQueue(zk, '/mails');
    await kazoo('put /mails second 100', 'put /mails first 5');
    await all(2, concat(queue.put(Buffer.from('third')), queue.put(Buffer.from('last'), { priority: 900 })));
    expect(await all(2, queue.take().pipe(repeat(2)))).toMatchObject([
      { name: 'entry-005-0000000001' },
      { name: 'entry-100-0000000000' },
    ]);
    expect(await kazoo('get /mails', 'get /mails', 'get /mails')).toEqual(['third', 'last', 'nothing']);
  });

  it('share a locking queue, in the order of both', async () => {
    await kazoo('lput /jobs second 100', 'lput /jobs first 5');
    await all(
      2,
      concat(enqueue(zk, '/jobs', Buffer.from('third')), enqueue(zk, '/jobs', Buffer.from('last'), { priority: 900 }))
    );
    expect(await kazoo('lget /jobs')).toEqual(['first']);
    const done: string[] = [];
    const working = consume(zk, '/jobs', (item) => [text(item)]).subscribe((item) => done.push(item));
    await waitForValue(zk.watchChildren('/jobs/entries'), ({ names }) => names.length === 0);
    working.unsubscribe();
    expect(done).toEqual(['second', 'third', 'last']);
  });

  it('hide what is not due from kazoo, and show it what is', async () => {
    await firstValueFrom(enqueue(zk, '/later', Buffer.from('late'), { delay: 3600_000 }));
    const now = Date.now() + 3600_000;
    expect(await kazoo('lput /later now 100', 'lget /later')).toEqual(['now']);
    const working = consume(zk, '/later', () => timer(3600_000), { now: () => now }).subscribe();
    await waitForValue(zk.watchChildren('/later/taken'), ({ names }) => names.length > 0);
    working.unsubscribe();
    expect(await kazoo('lget /later')).toEqual(['late']);
  });
});
