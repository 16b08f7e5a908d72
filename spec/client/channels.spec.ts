import { afterEach, describe, expect, it } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { concatMap, map } from 'rxjs';
import type { LeaseMessage, LinkMessage, RequestMessage, SessionMessage } from '../../lib/client/channels.js';
import { connect as connectEtcd, lock as etcdLock } from '../../lib/etcd/index.js';
import { lock as arakoonLock, connect as connectArakoon } from '../../lib/arakoon/index.js';
import { lock } from '../../lib/index.js';
import { arakoonInMemory, etcdInMemory } from '../../lib/testing/index.js';
import { OPERATIONS, clientGrounds } from '../helpers/clientGrounds.js';
import { VirtualTime } from '../helpers/virtualTime.js';
import { VirtualWorld } from '../helpers/virtualWorld.js';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Listens to a channel for one test. */
function hear<M>(name: string, heard: (message: M) => void): void {
  const listener = (message: unknown) => heard(message as M);
  subscribe(name, listener);
  stops.push(() => void unsubscribe(name, listener));
}

describe.each(Object.entries(clientGrounds))('the channels of a client of %s', (store, begin) => {
  const connected = () => {
    const time = new VirtualTime();
    const ground = begin(time);
    ground.good$.subscribe();
    time.advance(100);
    return { time, ...ground };
  };
  const log: string[] = [];
  const hearRequests = () => {
    log.length = 0;
    hear('quorum-rx:request:start', ({ operation, outcome }: RequestMessage) => log.push(`${operation} ${outcome}`));
    hear('quorum-rx:request:end', (message: RequestMessage) =>
      log.push(`${message.operation} ${message.outcome} ${message.duration}`)
    );
  };
  const name = OPERATIONS[store]!;

  it('tell the beginning and the end of a request, by one message', () => {
    const { time, good$, client } = connected();
    const messages: RequestMessage[] = [];
    hear('quorum-rx:request:start', (message: RequestMessage) => messages.push(message));
    hear('quorum-rx:request:end', (message: RequestMessage) => messages.push(message));
    good$.subscribe();
    expect(messages).toEqual([
      { store, client: client.stats().client, time: 100, operation: name, path: expect.any(String) as unknown },
    ]);
    time.advance(10);
    expect(messages[1]).toBe(messages[0]);
    expect(messages[1]).toMatchObject({ outcome: 'ok', duration: 2 });
    if (store !== 'arakoon') expect(messages[1]!.endpoint).toMatchObject({ host: expect.any(String) as unknown });
  });

  it('tell errors, and callers who leave', () => {
    const { time, good$, refused$ } = connected();
    hearRequests();
    const codes: string[] = [];
    refused$.subscribe({ error: ({ code }: { code: string }) => codes.push(code) });
    time.advance(10);
    const leaving = good$.subscribe();
    time.advance(1);
    leaving.unsubscribe();
    time.advance(10);
    expect(log.slice(1)).toEqual([
      expect.stringMatching(`^\\w+ ${codes[0]} 2$`),
      `${name} undefined`,
      `${name} unsubscribed 1`,
    ]);
  });

  it('tell each request once, also when its subscriber leaves inside `next`', () => {
    const { time, good$ } = connected();
    hearRequests();
    const subscription = good$.subscribe(() => subscription.unsubscribe());
    time.advance(10);
    expect(log).toEqual([`${name} undefined`, `${name} ok 2`]);
  });

  it('have the answer in the context of the caller, and requests that follow from it too', () => {
    const { time, good$ } = connected();
    const callers = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    hear('quorum-rx:request:start', () => seen.push(callers.getStore()));
    hear('quorum-rx:request:end', () => seen.push(callers.getStore()));
    const twice$ = good$.pipe(concatMap(() => good$));
    for (const caller of ['one', 'two'])
      callers.run(caller, () => twice$.subscribe(() => seen.push(`${callers.getStore()}!`)));
    callers.run('the network', () => time.advance(20));
    expect(seen.filter((it) => it === 'the network')).toEqual([]);
    for (const caller of ['one', 'two'])
      expect(seen.filter((it) => String(it).startsWith(caller))).toEqual([
        ...Array<string>(4).fill(caller),
        `${caller}!`,
      ]);
  });

  it('tell states and connections, as `state$` and `diagnostics$` do', async () => {
    const states: string[] = [];
    const events: string[] = [];
    hear('quorum-rx:session', ({ state }: SessionMessage) => states.push(state.kind));
    hear('quorum-rx:link', ({ event }: LinkMessage) => events.push(event.kind));
    const { time, client } = connected();
    const closed = client.close();
    time.advance(5000);
    await closed;
    expect(new Set(states)).toEqual(new Set(['connected', 'closed']));
    expect(events).toContain('dialing');
  });

  it('cost nothing without a listener: no message is made', () => {
    const { time, good$ } = connected();
    const stores = new AsyncLocalStorage<string>();
    let context: unknown = 'none';
    stores.run('caller', () => good$.subscribe(() => (context = stores.getStore())));
    stores.run('network', () => time.advance(10));
    expect(context).toBe('network'); // the answer comes as it would without this package
  });
});

describe('the channel of leases', () => {
  const heard: string[] = [];
  const hearLeases = () => {
    heard.length = 0;
    hear('quorum-rx:lease', ({ store, event, name, error }: LeaseMessage) => {
      const place = name.replace(/[^/]*(lock-)\d+|(?<=\/)[0-9a-f]+$|^[0-9a-f]+$/, '$1'); // ids differ
      heard.push(`${store} ${event} ${place}${error === undefined ? '' : '!'}`);
    });
  };

  it('tells how a lock of ZooKeeper is held, doubted, held again and given back', () => {
    const world = new VirtualWorld();
    const { zk } = world.client();
    hearLeases();
    world.after(100);
    const held = lock(zk, '/locks').subscribe();
    world.after(100);
    expect([heard.splice(0), zk.stats().leases]).toEqual([['zookeeper held /locks/lock-'], 1]);
    world.server.drop();
    world.after(500);
    expect(heard.splice(0)).toEqual(['zookeeper doubt /locks/lock-', 'zookeeper held /locks/lock-']);
    held.unsubscribe();
    expect([heard.splice(0), zk.stats().leases]).toEqual([['zookeeper released /locks/lock-'], 0]);
  });

  it('tells the loss of a lock of ZooKeeper with its session', () => {
    const world = new VirtualWorld();
    const { zk, cut } = world.client();
    hearLeases();
    world.after(100);
    lock(zk, '/locks').subscribe({ error: () => undefined });
    world.after(100);
    cut();
    world.after(20_000);
    expect(heard).toEqual(['zookeeper held /locks/lock-', 'zookeeper lost /locks/lock-!']);
    expect(zk.stats().leases).toBe(0);
  });

  it('tells of leases and locks of etcd', () => {
    const time = new VirtualTime();
    const cluster = etcdInMemory({ scheduler: time });
    hearLeases();
    connectEtcd(cluster.endpoints.join(), { transport: cluster.transport({ latency: 1 }), scheduler: time })
      .pipe(concatMap((etcd) => etcdLock(etcd, 'locks/').pipe(map(() => etcd.stats().leases))))
      .subscribe((leases) => heard.push(String(leases)));
    time.advance(100);
    expect(heard).toEqual(['etcd held ', 'etcd held locks//', '2']);
  });

  it('tells of locks of Arakoon', () => {
    const time = new VirtualTime();
    const server = arakoonInMemory({ scheduler: time });
    hearLeases();
    const life = connectArakoon(server.cluster, { transport: server.transport({ latency: 1 }), scheduler: time })
      .pipe(concatMap((arakoon) => arakoonLock(arakoon, '/l')))
      .subscribe();
    time.advance(100);
    life.unsubscribe();
    expect(heard).toEqual(['arakoon held /l', 'arakoon released /l']);
  });
});
