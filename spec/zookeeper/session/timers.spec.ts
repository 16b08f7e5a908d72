import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import type { CoordinationError } from '../../../lib/core/errors.js';
import { connect } from '../../../lib/zookeeper/connect.js';
import type { ConnectOptions } from '../../../lib/zookeeper/options.js';
import type { ZooKeeper } from '../../../lib/zookeeper/client/zooKeeper.js';
import { ScriptedPeer } from '../../helpers/scriptedPeer.js';
import { VirtualTime } from '../../helpers/virtualTime.js';
import { STAT, event, pong, reply, stat } from '../../helpers/wireBytes.js';

const EXISTS = 3;
const CLOSE = -11;
const T = 9000;

let time: VirtualTime;
let peer: ScriptedPeer;
beforeEach(() => {
  time = new VirtualTime();
  peer = new ScriptedPeer(time);
});

/** A client, what its states were and when, and how it ended. */
function client(servers: string, options: ConnectOptions = {}) {
  const states: string[] = [];
  const diagnostics: string[] = [];
  const seen: { zk: ZooKeeper; error?: CoordinationError; completed?: boolean } = { zk: undefined as never };
  const subscription = connect(servers, { scheduler: time, transport: peer.transport, random: () => 0, serverVersion: '3.8.0', ...options }).subscribe({
    next: (zk) => {
      seen.zk = zk;
      zk.state$.subscribe(({ kind }) => states.push(`${time.now()} ${kind}`));
      zk.diagnostics$.subscribe(({ kind }) => diagnostics.push(`${time.now()} ${kind}`));
    },
    error: (error: CoordinationError) => (seen.error = error),
    complete: () => (seen.completed = true),
  });
  return { states, diagnostics, subscription, seen };
}

describe('the pings of a session', () => {
  it('go out when nothing else did for a third of the granted timeout, whatever was asked for', () => {
    peer.dialled().connects({ timeout: T });
    client('a', { sessionTimeout: 30_000 });
    time.advance(10_000);
    expect(peer.pings).toEqual([3000, 6000, 9000]);
  });

  it('are not needed while requests go out', () => {
    const script = peer.dialled().connects({ timeout: T });
    for (let i = 0; i < 4; i++) script.asks(EXISTS, '/a', stat());
    const { seen } = client('a');
    for (let i = 0; i < 4; i++) {
      time.advance(2000);
      seen.zk.exists('/a').subscribe();
    }
    time.advance(0);
    expect(peer.pings).toEqual([]);
    time.advance(3000);
    expect(peer.pings).toEqual([11_000]);
  });

  it('are never more than ten seconds apart', () => {
    peer.dialled().connects({ timeout: 60_000 });
    client('a', { sessionTimeout: 60_000 });
    time.advance(30_000);
    expect(peer.pings).toEqual([10_000, 20_000, 30_000]);
  });
});

describe('a silent link', () => {
  it('is given up after two thirds of the timeout, although pings go out', () => {
    peer.dialled().connects({ timeout: T }).withoutPongs();
    const { states } = client('a');
    time.advance(5999);
    expect([peer.pings, peer.leavings, states.at(-1)]).toEqual([[3000], [], '0 connected']);
    time.advance(1);
    expect([peer.leavings, states.at(-1)]).toEqual([[6000], '6000 suspended']);
  });

  it('is alive as long as there is any byte, even of an event or of half a frame', () => {
    const script = peer.dialled().connects({ timeout: T }).withoutPongs();
    client('a');
    time.advance(4000);
    script.says(event(3, '/elsewhere'));
    time.advance(4000);
    script.says(pong().subarray(0, 3));
    time.advance(5999);
    expect(peer.leavings).toEqual([]);
    time.advance(1);
    expect(peer.leavings).toEqual([14_000]);
  });

  it('takes the requests under way with it: what was read was not changed, what was written may have been', () => {
    peer.dialled().connects({ timeout: T }).withoutPongs();
    const { seen } = client('a');
    const ends: unknown[] = [];
    time.advance(100);
    seen.zk.exists('/a').subscribe({ error: ({ code, effect }: CoordinationError) => ends.push([time.now(), code, effect]) });
    seen.zk.delete('/a').subscribe({ error: ({ code, effect }: CoordinationError) => ends.push([time.now(), code, effect]) });
    time.advance(6000);
    expect(ends).toEqual([[6000, 'CONNECTION_LOST', 'none'], [6000, 'CONNECTION_LOST', 'unknown']]);
  });
});

describe('a session out of reach', () => {
  it('is lost exactly its timeout after the last request that was answered, and a new one is sought', () => {
    peer.dialled().connects({ timeout: T }).asks(EXISTS, '/a', stat());
    const { states, seen } = client('a');
    const expired: number[] = [];
    seen.zk.expired$.subscribe(() => expired.push(time.now()));
    time.advance(1000);
    seen.zk.exists('/a').subscribe();
    time.advance(500);
    peer.refuses();
    const first = states.length;
    time.advance(2600); // a ping went out at 4000 and was answered
    for (let i = 0; i < 40; i++) peer.refuses();
    peer.current.ends();
    time.advance(20_000);
    expect(states.slice(first)).toEqual(['4100 suspended', '13000 lost', '13000 connecting']);
    expect(expired).toEqual([13_000]);
  });

  it('is taken up again within its time: the same id and password, and the newest transaction seen', () => {
    const password = Buffer.alloc(16, 9);
    peer.dialled().connects({ id: 0x77n, password, timeout: T }).asks(EXISTS, '/a', ({ xid }) => [reply(xid, stat(), { zxid: 41n })]);
    const { seen, states } = client('a', { sessionTimeout: T });
    seen.zk.exists('/a').subscribe();
    time.advance(10);
    const again = peer.dialled().connects({ id: 0x77n, password, timeout: T });
    peer.current.ends();
    time.advance(1000);
    expect(states.map((state) => state.split(' ')[1])).toEqual(['connecting', 'connected', 'suspended', 'connected']);
    const [greeting] = again.heard;
    expect([greeting!.readBigInt64BE(4), greeting!.readBigInt64BE(16), greeting!.subarray(28, 44)]).toEqual([41n, 0x77n, password]);
  });

  it.each([
    ['is over when the server says so', { timeout: 0, id: 0n }],
    ['is over when the server answers with another one', { id: 0x99n }],
  ])('%s, and another begins at once', (_, answer) => {
    peer.dialled().connects({ id: 0x77n });
    const { states, seen } = client('a');
    time.advance(10);
    peer.dialled().connects(answer);
    peer.dialled().connects({ id: 0x88n });
    peer.current.ends();
    time.advance(5000);
    expect(states.map((state) => state.split(' ')[1])).toEqual(['connecting', 'connected', 'suspended', 'lost', 'connecting', 'connected']);
    expect(seen.zk.state).toMatchObject({ kind: 'connected', id: 0x88n, epoch: 2 });
  });

  it('ends the client instead, when it was told to', () => {
    peer.dialled().connects({ id: 0x77n });
    const { seen } = client('a', { onExpiry: 'error' });
    time.advance(10);
    peer.dialled().connects({ timeout: 0, id: 0n });
    peer.current.ends();
    time.advance(5000);
    expect(seen.error).toMatchObject({ code: 'EXPIRED', layer: 'session' });
  });
});

describe('a request', () => {
  it('ends after its own timeout, and the link stays', () => {
    peer.dialled().connects().asks(EXISTS, '/a');
    const { seen, states } = client('a');
    const ends: unknown[] = [];
    seen.zk.exists('/a', { timeout: 700 }).subscribe({ error: ({ code }: CoordinationError) => ends.push([time.now(), code]) });
    time.advance(5000);
    expect([ends, states.at(-1)]).toEqual([[[700, 'TIMEOUT']], '0 connected']);
  });

  it('that is aborted ends at once, and one that was not sent yet never goes out', () => {
    const controller = new AbortController();
    const { seen } = client('a');
    const ends: unknown[] = [];
    seen.zk.exists('/a', { signal: controller.signal }).subscribe({ error: ({ code }: CoordinationError) => ends.push([time.now(), code]) });
    time.advance(100);
    controller.abort();
    expect(ends).toEqual([[100, 'ABORTED']]);
  });

  it('waits for a connection, and goes out with the next one', () => {
    peer.refuses();
    peer.dialled().connects().asks(EXISTS, '/a', stat());
    const { seen } = client('a');
    const values: unknown[] = [];
    seen.zk.exists('/a').subscribe((value) => values.push(value));
    time.advance(1000);
    expect(values).toEqual([STAT]);
  });
});

describe('closing', () => {
  it('says goodbye, and completes all streams', () => {
    peer.dialled().connects().asks(CLOSE, undefined, Buffer.alloc(0));
    const { seen, states } = client('a');
    time.advance(10);
    let closed = -1;
    const completed: string[] = [];
    for (const name of ['state$', 'expired$', 'events$', 'diagnostics$'] as const) (seen.zk[name] as Observable<unknown>).subscribe({ complete: () => completed.push(name) });
    seen.zk.close().subscribe({ complete: () => (closed = time.now()) });
    time.advance(10);
    expect([closed, seen.completed, completed.sort(), states.at(-1), peer.surprises]).toEqual([10, true, ['diagnostics$', 'events$', 'expired$', 'state$'], '10 closed', []]);
    expect(peer.leavings).toEqual([10]);
  });

  it('waits for a server that does not answer only so long', () => {
    peer.dialled().connects().asks(CLOSE, undefined);
    const { seen } = client('a', { closeTimeout: 300 });
    time.advance(10);
    seen.zk.close().subscribe();
    time.advance(299);
    expect(peer.leavings).toEqual([]);
    time.advance(1);
    expect([peer.leavings, seen.completed]).toEqual([[310], true]);
  });

  it('leaves the session to itself when it is told to, and gives the ticket', () => {
    peer.dialled().connects({ id: 0x77n });
    const { seen } = client('a');
    time.advance(10);
    let ticket: unknown;
    seen.zk.close({ detach: true }).subscribe((it) => (ticket = it));
    time.advance(10);
    expect([peer.surprises, peer.leavings]).toEqual([[], [10]]);
    expect(ticket).toMatchObject({ id: 0x77n, timeout: T });
  });

  it('by unsubscribing gives up a dial that is under way', () => {
    peer.refuses('never');
    const { subscription } = client('a');
    time.advance(100);
    subscription.unsubscribe();
    time.advance(5000);
    expect([peer.dials, peer.leavings]).toEqual([[0], [100]]);
  });
});
