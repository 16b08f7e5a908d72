import { describe, expect, it } from '@jest/globals';
import {
  EMPTY,
  type Observable,
  concat,
  defer,
  distinctUntilChanged,
  ignoreElements,
  map,
  merge,
  switchMap,
  timer,
} from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { type ConnectOptions, type ZooKeeper, connect, utf8 } from '../../lib/index.js';
import { type EmbeddedZooKeeper, zooKeeperInMemory } from '../../lib/testing/index.js';

interface World extends RunHelpers {
  readonly server: EmbeddedZooKeeper;
  /** Connects, by a way that takes a millisecond in each direction. */
  readonly client: (options?: ConnectOptions) => Observable<ZooKeeper>;
  readonly options: ConnectOptions;
  readonly at: (ms: number, act: () => void) => void;
}

/** Runs a test with a server in virtual time. */
function inVirtualTime(test: (world: World) => void): () => void {
  return () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run((helpers) => {
      const server = zooKeeperInMemory({ scheduler, tickTime: 100 });
      const options = {
        scheduler,
        transport: server.transport({ latency: 1 }),
        random: () => 0.5,
        serverVersion: '3.8.0',
        sessionTimeout: 3000,
      };
      const client = (more?: ConnectOptions) => connect('memory', { ...options, ...more });
      test({ ...helpers, server, options, client, at: (ms, act) => void scheduler.schedule(act, ms) });
    });
  };
}

/** Where the sessions stand, by first letters: c (connecting), C (connected), s, l. */
const states = switchMap((zk: ZooKeeper) =>
  zk.state$.pipe(
    map(({ kind }) => (kind === 'connected' ? 'C' : kind[0]!)),
    distinctUntilChanged()
  )
);

describe('the embedded server in virtual time', () => {
  it(
    'is connected to when the greeting has gone there and back',
    inVirtualTime(({ client, expectObservable }) => {
      expectObservable(client().pipe(states), '^ 9ms !').toBe('c--C'); // one to dial, one there, one back
    })
  );

  it(
    'shows the very moment at which a session expires',
    inVirtualTime(({ server, client, at, expectObservable }) => {
      at(100, () => server.sessions.forEach((id) => server.expire(id))); // the session expires here
      // the client learns it at its next dial
      expectObservable(client().pipe(states), '^ 254ms !').toBe('c--C 97ms s 152ms (lc)');
    })
  );

  it(
    'ends a session that is cut off in whole ticks, and never before its time',
    inVirtualTime(({ server, client, options, at, expectObservable }) => {
      const once = (endpoint: { host: string; port: number }) =>
        defer(() => (options.scheduler!.now() < 500 ? options.transport!(endpoint) : EMPTY));
      const alive$ = client({ transport: once }).pipe(
        switchMap((zk) => zk.create('/e', null, { mode: 'ephemeral' })),
        ignoreElements()
      );
      const there$ = timer(0, 50, options.scheduler).pipe(
        map(() => server.tree().has('/e')),
        distinctUntilChanged()
      );
      at(990, () => server.drop());
      // last heard of at 5
      expectObservable(merge(alive$, there$), '^ 3999ms !').toBe('a 49ms b 3049ms a', { a: false, b: true });
    })
  );

  it(
    'keeps a watch true over an outage',
    inVirtualTime(({ server, client, at, options, expectObservable }) => {
      const write = (zk: ZooKeeper) =>
        concat(
          zk.create('/a', 'one', { codec: utf8 }),
          timer(500, options.scheduler).pipe(switchMap(() => zk.set('/a', 'two', { codec: utf8 })))
        );
      const node$ = client().pipe(
        switchMap((zk) => merge(zk.watch('/a', { codec: utf8 }), write(zk).pipe(ignoreElements())))
      );
      const seen: string[] = [];
      at(200, () => void server.refuse());
      at(400, () => void server.accept());
      at(2500, () => expect(seen).toEqual(['one', 'one?', 'one', 'two']));
      const text$ = node$.pipe(
        map((node) => void seen.push(`${node.kind === 'present' ? node.value : '-'}${node.stale ? '?' : ''}`))
      );
      expectObservable(text$.pipe(ignoreElements()), '^ 1999ms !').toBe('');
    })
  );

  it(
    'is reached by no client while it refuses',
    inVirtualTime(({ server, client, at, expectObservable }) => {
      void server.refuse();
      at(1000, () => void server.accept());
      expectObservable(client({ backoff: { min: 600, max: 600 } }).pipe(states), '^ 4999ms !').toBe('c 1204ms C');
    })
  );
});
