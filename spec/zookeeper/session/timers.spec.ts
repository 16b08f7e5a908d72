import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import { ConnectionLostError, type CoordinationError } from '../../../lib/core/errors.js';
import { connect } from '../../../lib/zookeeper/connect.js';
import type { ConnectOptions } from '../../../lib/zookeeper/options.js';
import type { ZooKeeper } from '../../../lib/zookeeper/client/zooKeeper.js';
import type { SessionState } from '../../../lib/zookeeper/sessionState.js';
import { ScriptedPeer } from '../../helpers/scriptedPeer.js';
import { VirtualTime } from '../../helpers/virtualTime.js';
import { STAT, event, pong, reply, stat } from '../../helpers/wireBytes.js';

const EXISTS = 3;
const DELETE = 2;
const AUTH = 100;
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

/** The states that a client goes through, as they are. */
function statesOf(zk: ZooKeeper): SessionState[] {
  const all: SessionState[] = [];
  zk.state$.subscribe((state) => all.push(state));
  return all;
}

/** What becomes of requests, each with its moment. */
function ends() {
  const log: unknown[] = [];
  const observer = (name: string) => ({
    next: () => log.push(`${time.now()} ${name}`),
    error: ({ code, effect }: CoordinationError) => log.push(`${time.now()} ${name}! ${code} ${effect}`),
  });
  return { log, observer };
}

/** The id and the password of a connect request. */
const presented = (greeting: Buffer) => [greeting.readBigInt64BE(16), greeting.subarray(28, 44)];

describe('a link that answers', () => {
  it('stays, with nothing but pings on it', () => {
    peer.dialled().connects({ timeout: T });
    const { states } = client('a');
    time.advance(600_000);
    expect([peer.pings.length, peer.leavings, states]).toEqual([200, [], ['0 connecting', '0 connected']]);
  });
});

describe('a session whose link is gone', () => {
  it('says why, and that it lasts until its timeout after the last send that was answered', () => {
    const script = peer.dialled().connects({ timeout: T, id: 0x77n }).asks(EXISTS, '/a').asks(EXISTS, '/b');
    const { seen } = client('a');
    time.advance(1000);
    seen.zk.exists('/a').subscribe();
    time.advance(500);
    script.link.chunk$.next(reply(1, stat())); // of the send at 1000
    seen.zk.exists('/b').subscribe({ error: () => undefined }); // which is not answered
    time.advance(100);
    const cause = new ConnectionLostError('reset');
    peer.current.breaks(cause);
    expect(seen.zk.state).toEqual({ kind: 'suspended', epoch: 1, id: 0x77n, deadline: 1000 + T, cause });
  });

  it('does not last longer for pings that nobody answered', () => {
    peer.dialled().connects({ timeout: T, id: 0x77n }).withoutPongs();
    const { seen } = client('a');
    time.advance(6000);
    expect(seen.zk.state).toMatchObject({ kind: 'suspended', deadline: T, cause: { code: 'CONNECTION_LOST' } });
  });

  it('gives up the dial at its end, says what was lost, and begins anew as nobody', () => {
    peer.dialled().connects({ timeout: T, id: 0x77n }).withoutPongs();
    peer.refuses('never');
    const fresh = peer.dialled().connects({ timeout: T, id: 0x88n });
    const { seen } = client('a');
    const states = statesOf(seen.zk);
    time.advance(T);
    expect(peer.leavings).toEqual([6000, T]);
    expect(states.slice(-3)).toEqual([
      { kind: 'lost', epoch: 1, id: 0x77n, reason: 'expired' },
      { kind: 'connecting', epoch: 1 },
      expect.objectContaining({ kind: 'connected', epoch: 2, id: 0x88n }),
    ]);
    expect(presented(fresh.heard[0]!)).toEqual([0n, Buffer.alloc(16)]);
  });

  it('is not lost once a server has let it in again, however long its identities take', () => {
    const auth = [{ scheme: 'digest', auth: Buffer.from('bob:x') }];
    const accepted = reply(-4, undefined, { zxid: 0n });
    peer.dialled().connects({ timeout: T, id: 0x77n }).asks(AUTH, undefined, () => [accepted]).withoutPongs();
    const again = peer.refuses(2500).connects({ timeout: T, id: 0x77n }).asks(AUTH, undefined);
    const { states } = client('a', { auth });
    time.advance(8900);
    expect(again.heard.length).toBe(2); // let in at 8600; without a server, it would be lost at 9000
    time.advance(600);
    again.says(accepted);
    time.advance(0);
    expect(states).toEqual(['0 connecting', '0 connected', '6000 suspended', '9500 connected']);
  });

  it.each([
    ['expired', { timeout: 0, id: 0n }],
    ['replaced', { id: 0x99n }],
  ])('is lost as %s by the word of a server, and begins anew as nobody', (reason, answer) => {
    peer.dialled().connects({ id: 0x77n });
    const { seen } = client('a');
    time.advance(10);
    peer.dialled().connects(answer);
    const fresh = peer.dialled().connects({ id: 0x88n });
    const losses: unknown[] = [];
    seen.zk.expired$.subscribe((loss) => losses.push(loss));
    peer.current.ends();
    time.advance(1000);
    expect(losses).toEqual([{ kind: 'lost', epoch: 1, id: 0x77n, reason }]);
    expect(presented(fresh.heard[0]!)).toEqual([0n, Buffer.alloc(16)]);
  });

  it.each([
    ['no server can be reached', 9000, () => peer.refuses('never')],
    ['a server says so', 6100, () => peer.dialled().connects({ timeout: 0, id: 0n })],
  ])('ends a client that was told so, with all that waits, when %s', (_, at, next) => {
    peer.dialled().connects({ timeout: T, id: 0x77n }).withoutPongs();
    next();
    const { states, seen } = client('a', { onExpiry: 'error' });
    const { log, observer } = ends();
    time.advance(6000);
    seen.zk.delete('/waits').subscribe(observer('delete'));
    time.advance(60_000);
    expect(states.slice(-3)).toEqual(['6000 suspended', `${at} lost`, `${at} closed`]);
    expect([log, seen.error, peer.dials]).toEqual([[`${at} delete! EXPIRED none`], expect.objectContaining({ code: 'EXPIRED', layer: 'session' }), [0, 6100]]);
  });

  it('keeps what is asked for meanwhile, and sends it over the next link, in order', () => {
    peer.dialled().connects({ id: 0x77n });
    const { seen } = client('a');
    const { log, observer } = ends();
    time.advance(10);
    peer.current.ends();
    seen.zk.delete('/a').subscribe(observer('delete'));
    seen.zk.exists('/a').subscribe(observer('exists'));
    peer.dialled().connects({ id: 0x77n }).asks(DELETE, '/a', Buffer.alloc(0)).asks(EXISTS, '/a', stat());
    time.advance(1000);
    expect([log, peer.surprises]).toEqual([['110 delete', '110 exists'], []]);
  });

  it('fails what waits when it is lost, after it has said so; what is asked for then waits for the next', () => {
    peer.dialled().connects({ id: 0x77n });
    peer.dialled().connects({ timeout: 0, id: 0n });
    peer.dialled().connects({ id: 0x88n }).asks(EXISTS, '/new', stat());
    const { seen } = client('a');
    const { log, observer } = ends();
    time.advance(10);
    peer.current.ends();
    seen.zk.exists('/old').subscribe(observer('old'));
    seen.zk.expired$.subscribe(() => {
      log.push('lost');
      seen.zk.exists('/new').subscribe(observer('new'));
    });
    time.advance(1000);
    expect(log).toEqual(['lost', '110 old! EXPIRED none', '110 new']);
  });
});

describe('a request that was given up', () => {
  it('harms nobody when its reply comes late', () => {
    const script = peer.dialled().connects().asks(EXISTS, '/a').asks(EXISTS, '/b', stat());
    const { seen, states } = client('a');
    const { log, observer } = ends();
    seen.zk.exists('/a', { timeout: 700 }).subscribe(observer('a'));
    time.advance(1000);
    script.link.chunk$.next(reply(1, stat()));
    seen.zk.exists('/b').subscribe(observer('b'));
    time.advance(10);
    expect([log, states.at(-1)]).toEqual([['700 a! TIMEOUT none', '1000 b'], '0 connected']);
  });

  it('never goes out if it had not', () => {
    const controller = new AbortController();
    const { seen } = client('a');
    const { log, observer } = ends();
    seen.zk.delete('/a', { signal: controller.signal }).subscribe(observer('aborted'));
    seen.zk.delete('/a', { timeout: 50 }).subscribe(observer('late'));
    time.advance(100);
    controller.abort();
    const script = peer.dialled().connects();
    time.advance(20_000); // the first dial takes its ten seconds
    expect([log, script.heard.length - peer.pings.length, peer.surprises]).toEqual([['50 late! TIMEOUT none', '100 aborted! ABORTED none'], 1, []]);
  });

  it('may have changed something if it had', () => {
    const controller = new AbortController();
    peer.dialled().connects().asks(DELETE, '/a').asks(DELETE, '/b');
    const { seen } = client('a');
    const { log, observer } = ends();
    seen.zk.delete('/a', { signal: controller.signal }).subscribe(observer('a'));
    seen.zk.delete('/b', { timeout: 200 }).subscribe(observer('b'));
    time.advance(100);
    controller.abort('enough');
    time.advance(100);
    expect(log).toEqual(['100 a! ABORTED unknown', '200 b! TIMEOUT unknown']);
  });
});

describe('a client that is closed', () => {
  it('waits for the replies to what has left, and fails what has not', () => {
    peer.dialled().connects().asks(DELETE, '/sent', Buffer.alloc(0)).asks(CLOSE, undefined, Buffer.alloc(0));
    const { seen } = client('a');
    const { log, observer } = ends();
    time.advance(10);
    seen.zk.delete('/sent').subscribe(observer('sent'));
    const { link } = peer.current;
    const hear = link.onWrite;
    link.onWrite = (bytes) => {
      link.onWrite = hear;
      hear?.(bytes);
      seen.zk.close().subscribe(); // the request has left, and is not answered yet
    };
    time.advance(0);
    seen.zk.delete('/late').subscribe(observer('late'));
    time.advance(10);
    expect([log.sort(), peer.surprises, seen.completed]).toEqual([['10 late! CLOSED none', '10 sent'], [], true]);
  });

  it('takes no more requests from then on, while the server still thinks about the goodbye', () => {
    const script = peer.dialled().connects().asks(CLOSE, undefined);
    const { seen } = client('a');
    const { log, observer } = ends();
    time.advance(10);
    seen.zk.close().subscribe();
    seen.zk.delete('/late').subscribe(observer('late'));
    expect(log).toEqual(['10 late! CLOSED none']);
    time.advance(500);
    seen.zk.delete('/later').subscribe(observer('later'));
    time.advance(60_000);
    expect([log.slice(1), script.heard.length, peer.surprises]).toEqual([['510 later! CLOSED none'], 2, []]);
  });

  it('without a link is closed at once, and closing it again is the same', () => {
    peer.dialled().connects();
    const { seen, states } = client('a');
    time.advance(10);
    peer.refuses('never');
    peer.current.ends();
    time.advance(500);
    const closed: number[] = [];
    for (let i = 0; i < 2; i++) seen.zk.close().subscribe({ complete: () => closed.push(time.now()) });
    time.advance(60_000);
    expect([closed, states.at(-1), peer.leavings]).toEqual([[510, 510], '510 closed', [10, 510]]);
  });
});
