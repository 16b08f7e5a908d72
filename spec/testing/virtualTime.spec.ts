import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { asyncScheduler, firstValueFrom, map, switchMap } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { connect, open } from '../../lib/index.js';
import { zooKeeperInMemory } from '../../lib/testing/index.js';

const LETTERS = { connecting: 'w', connected: 'c', suspended: 's', lost: 'l', closed: 'x' };

/** As docs/testing.md shows it. */
describe('TestScheduler.run', () => {
  it('drives a client and its server, and shows the states as marbles', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ expectObservable }) => {
      const server = zooKeeperInMemory({ scheduler });
      const transport = server.transport({ latency: 2 });
      const zk$ = connect('memory', { transport, scheduler, random: () => 0.5 });
      const kind$ = zk$.pipe(
        switchMap((zk) => zk.state$),
        map(({ kind }) => LETTERS[kind])
      );
      scheduler.schedule(() => server.sessions.forEach((id) => server.expire(id)), 10_000);
      expectObservable(kind$, '^ 15s !').toBe('w 5ms c 9995ms s 155ms (lw) 2ms c');
    });
  });
});

describe('the fake timers of Jest', () => {
  afterEach(() => void jest.useRealTimers());
  it('drive a client and its server, with promises', async () => {
    jest.useFakeTimers();
    const server = zooKeeperInMemory({ scheduler: asyncScheduler });
    const opened = open('memory', {
      transport: server.transport({ latency: 2 }),
      scheduler: asyncScheduler,
      random: () => 0.5,
    });
    await jest.advanceTimersByTimeAsync(100);
    const zk = await opened;
    const created = firstValueFrom(zk.create('/a'));
    await jest.advanceTimersByTimeAsync(10);
    expect((await created).path).toBe('/a');
    server.expire(zk.ticket.id);
    await jest.advanceTimersByTimeAsync(1000);
    expect(zk.state).toMatchObject({ kind: 'connected', epoch: 2 });
    const closed = zk.close();
    await jest.advanceTimersByTimeAsync(100);
    await closed;
  });
});
