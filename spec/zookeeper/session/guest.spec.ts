import { beforeEach, describe, expect, it } from '@jest/globals';
import { Subject } from 'rxjs';
import type { Endpoint } from '../../../lib/core/endpoint.js';
import type { CoordinationError } from '../../../lib/core/errors.js';
import { seededRandom } from '../../../lib/testing/proxy/seededRandom.js';
import { connect } from '../../../lib/zookeeper/connect.js';
import { open } from '../../../lib/zookeeper/open.js';
import { isSettled } from '../../helpers/isSettled.js';
import { scriptedClients } from '../../helpers/scriptedClients.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';
import { connectResponse } from '../../helpers/wireBytes.js';

const CLOSE = -11;
const SASL = 102;

let { time, peer, client } = scriptedClients();
beforeEach(() => void ({ time, peer, client } = scriptedClients()));

const options = () => ({ scheduler: time, transport: peer.transport, random: () => 0, serverVersion: '3.8.0' });
/** The opcodes that came after the connect request. */
const asked = (heard: readonly Buffer[]) => heard.slice(1).map((payload) => payload.readInt32BE(4));

/** A connection whose connect request is answered after so long. */
function slow(after: number, id = 0x77n) {
  const script = peer.dialled();
  time.schedule(() => script.link.chunk$.next(connectResponse({ id })), after);
  return script;
}

describe('a session that is granted to a client that has left within the handshake', () => {
  it('is closed when its subscriber has left', () => {
    const script = slow(50);
    const { subscription } = client('a');
    time.advance(20);
    subscription.unsubscribe();
    time.advance(100);
    expect([asked(script.heard), peer.dials.length]).toEqual([[CLOSE], 1]);
  });

  it('is closed before close() says that it is', async () => {
    const script = slow(50);
    const { seen } = client('a');
    time.advance(20);
    const closed = seen.zk.close();
    time.advance(100);
    expect(asked(script.heard)).toEqual([CLOSE]);
    time.advance(1899);
    expect(await isSettled(closed)).toBe(false); // the server has not answered yet
    time.advance(1);
    expect([await isSettled(closed), seen.completed]).toEqual([true, true]);
  });

  it('is closed when the signal of open has aborted', async () => {
    const script = slow(50);
    const abort = new AbortController();
    const opened = open('a', { ...options(), signal: abort.signal });
    time.advance(20);
    abort.abort();
    time.advance(100);
    await expect(opened).rejects.toMatchObject({ code: 'ABORTED' });
    expect(asked(script.heard)).toEqual([CLOSE]);
  });

  it('is closed when the list of servers has led elsewhere, and the next one stays', () => {
    const script = slow(50);
    const next = peer.dialled().connects({ id: 0x88n });
    const list$ = new Subject<readonly Endpoint[]>();
    let state: unknown;
    connect(list$, options()).subscribe((zk) => zk.state$.subscribe((now) => (state = now)));
    list$.next([{ host: 'a', port: 1 }]);
    time.advance(20);
    list$.next([{ host: 'b', port: 1 }]);
    time.advance(500);
    expect([asked(script.heard), asked(next.heard)]).toEqual([[CLOSE], []]);
    expect(state).toMatchObject({ kind: 'connected', id: 0x88n });
  });

  it('is closed when it comes after the time that the handshake may take', () => {
    const script = slow(1500);
    peer.dialled().connects({ id: 0x88n });
    const { states } = client('a,b', { connectTimeout: 700 });
    time.advance(2000);
    expect(asked(script.heard)).toEqual([CLOSE]);
    expect(states.at(-1)).toBe('700 connected');
  });

  it('is closed although it is an old one that was to be taken up again', () => {
    peer.dialled().connects({ id: 0x77n });
    const { seen, subscription } = client('a');
    time.advance(10);
    expect(seen.zk.state.kind).toBe('connected');
    peer.current.ends();
    const script = peer.dialled();
    time.advance(150);
    subscription.unsubscribe();
    script.link.chunk$.next(connectResponse({ id: 0x77n }));
    time.advance(100);
    expect(asked(script.heard)).toEqual([CLOSE]);
  });

  it('is closed after the login that it needs', () => {
    const script = slow(50).asks(SASL, undefined, () => []);
    const mechanism = { name: 'MUTE', start: () => ({ complete: false, step: () => [new Uint8Array(1)] }) };
    const { subscription } = client('a', { sasl: mechanism });
    time.advance(20);
    subscription.unsubscribe();
    time.advance(100);
    expect(asked(script.heard.slice(0, 3))).toContain(SASL);
  });

  it('is closed by detaching too, when it is new: nobody has its ticket', async () => {
    const script = slow(50);
    const { seen } = client('a');
    time.advance(20);
    const ticket = seen.zk.detach();
    time.advance(2000);
    expect(asked(script.heard)).toEqual([CLOSE]);
    await expect(ticket).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('is left to itself by detaching, at once, when it is taken up again', () => {
    const script = slow(50);
    const { seen } = client('a', { ticket: { id: 0x77n, password: new Uint8Array(16), zxid: 0n, timeout: 9000 } });
    time.advance(20);
    void seen.zk.detach();
    expect([peer.leavings, seen.completed]).toEqual([[20], true]);
    time.advance(100);
    expect(asked(script.heard)).toEqual([]);
  });

  it('is waited for no longer than closeTimeout', () => {
    peer.dialled();
    const { subscription } = client('a', { closeTimeout: 300 });
    time.advance(20);
    subscription.unsubscribe();
    time.advance(299);
    expect(peer.leavings).toEqual([]);
    time.advance(1);
    expect([peer.leavings, peer.dials.length]).toEqual([[320], 1]);
  });

  it('is not waited for when the link breaks', () => {
    const script = peer.dialled();
    const { subscription, seen } = client('a');
    time.advance(20);
    void seen.zk.close();
    script.link.chunk$.complete();
    time.advance(10_000);
    expect([peer.dials.length, seen.completed]).toEqual([1, true]);
    subscription.unsubscribe();
  });

  it('was to be taken up again, and is not closed when another server is tried for it', () => {
    peer.dialled().connects({ id: 0x77n });
    const { states } = client('a,b', { connectTimeout: 300 });
    time.advance(10);
    const mute = peer.dialled();
    peer.dialled().connects({ id: 0x77n });
    peer.current.ends();
    time.advance(500);
    time.schedule(() => mute.link.chunk$.next(connectResponse({ id: 0x77n })));
    time.advance(500);
    expect([asked(mute.heard), states.at(-1)?.split(' ')[1]]).toEqual([[], 'connected']);
  });
});

describe('however early a client leaves', () => {
  it('no session stays behind on the server', () => {
    const world = new VirtualWorld();
    const random = seededRandom(7);
    const transport = world.server.transport({ latency: 3 });
    const errors: CoordinationError[] = [];
    for (let i = 0; i < 400; i++) {
      const subscription = connect('memory', {
        scheduler: world.time,
        transport,
        sessionTimeout: 10_000,
        random,
      }).subscribe({ error: (error: CoordinationError) => errors.push(error) });
      world.after(Math.floor(random() * 30));
      subscription.unsubscribe();
    }
    world.after(200);
    expect([world.server.sessions.length, errors]).toEqual([0, []]);
  });
});
