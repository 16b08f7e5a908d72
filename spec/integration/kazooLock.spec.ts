import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { type Observable, filter } from 'rxjs';
import { type ZooKeeper, elect, lock, open, readWriteLock, watchContenders } from '../../lib/index.js';
import { KazooProgram } from '../helpers/kazooProgram.js';
import type { RealServer } from '../helpers/realServer.js';
import { waitFor, waitForValue } from '../helpers/waitFor.js';
import { startZooKeeper } from '../helpers/zookeeperServer.js';

describe("kazoo's locks and elections on ZooKeeper, and ours in its layout", () => {
  let server: RealServer;
  let kazoo: KazooProgram;
  let zk: ZooKeeper & AsyncDisposable;
  const log: string[] = [];
  beforeAll(async () => {
    server = await startZooKeeper();
    kazoo = new KazooProgram(join(__dirname, 'kazooLock.py'), server.connectString);
    zk = await open(server.connectString);
    await kazoo.says('ready');
  });
  afterEach(() => void log.splice(0));
  afterAll(async () => {
    kazoo?.stop();
    await zk?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  const follow = (name: string, held$: Observable<unknown>) =>
    held$.subscribe({ next: () => log.push(name), error: (error: Error) => log.push(error.message) });
  const contending = (path: string, count: number) =>
    waitForValue(watchContenders(zk, path), (all) => all.length === count);

  it('exclude each other, in both directions and in turn', async () => {
    const ours$ = lock(zk, '/lock', { layout: 'kazoo' });
    kazoo.tell('lock /lock');
    await kazoo.says('held');
    let ours = follow('ours', ours$);
    await contending('/lock', 2);
    expect(log).toEqual([]);
    kazoo.tell('release');
    await waitFor(() => log.includes('ours'));
    kazoo.tell('lock /lock');
    await contending('/lock', 2);
    expect(kazoo.has('held')).toBe(false);
    ours.unsubscribe();
    await kazoo.says('held');
    ours = follow('again', ours$);
    await contending('/lock', 2);
    expect(log).toEqual(['ours']);
    kazoo.tell('release');
    await waitFor(() => log.includes('again'));
    ours.unsubscribe();
    await contending('/lock', 0);
  });

  it('read together, and write alone', async () => {
    const { read$, write$ } = readWriteLock(zk, '/rw', { layout: 'kazoo' });
    kazoo.tell('read /rw');
    await kazoo.says('held');
    const reading = follow('read', read$);
    await waitFor(() => log.includes('read'));
    reading.unsubscribe();
    const writing = follow('write', write$);
    await contending('/rw', 2);
    expect(log).toEqual(['read']);
    kazoo.tell('release');
    await waitFor(() => log.includes('write'));
    kazoo.tell('read /rw');
    await contending('/rw', 2);
    expect(kazoo.has('held')).toBe(false);
    writing.unsubscribe();
    await kazoo.says('held');
    kazoo.tell('release');
    await kazoo.says('released');
  });

  it('have one leader', async () => {
    kazoo.tell('elect /election');
    await kazoo.says('leads');
    const ours = follow(
      'leader',
      elect(zk, '/election', { layout: 'kazoo' }).pipe(filter(({ role }) => role === 'leader'))
    );
    await contending('/election', 2);
    expect(log).toEqual([]);
    kazoo.tell('leave');
    await waitFor(() => log.includes('leader'));
    kazoo.tell('elect /election');
    await contending('/election', 2);
    expect(kazoo.has('leads')).toBe(false);
    ours.unsubscribe();
    await kazoo.says('leads');
  });
});
