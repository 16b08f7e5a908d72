import { beforeEach, describe, expect, it } from '@jest/globals';
import { Observable, type SchedulerLike } from 'rxjs';
import type { CoordinationError } from '../../../lib/core/errors.js';
import type { Link, Transport } from '../../../lib/core/link.js';
import { seededRandom } from '../../../lib/testing/proxy/seededRandom.js';
import { connect } from '../../../lib/zookeeper/connect.js';
import type { SessionState } from '../../../lib/zookeeper/sessionState.js';
import { scriptedClients } from '../../helpers/scriptedClients.js';
import { TestLink } from '../../helpers/testLink.js';
import { VirtualTime } from '../../helpers/virtualTime.js';
import { asked, connectResponse, dataBody, event, i32, pong, reply, stat } from '../../helpers/wireBytes.js';

const [EXISTS, GET_DATA, AUTH, SET_WATCHES, ADD_WATCH] = [3, 4, 100, 101, 106];
const T = 9000;
const SESSION = { id: 0x77n, timeout: T };

let { time, peer, client } = scriptedClients();
beforeEach(() => void ({ time, peer, client } = scriptedClients()));

/** Sends something again and again over the newest link. */
function repeating(every: number, send: () => void): void {
  const again = () => (send(), time.schedule(again, every));
  time.schedule(again, every);
}

describe('a link is given up after two thirds of the timeout', () => {
  it('when it brings bytes and no frames, and the next server is tried', () => {
    const script = peer
      .dialled()
      .connects(SESSION)
      .asks(GET_DATA, '/a', () => [i32(1_000_000)])
      .withoutPongs();
    peer.dialled().connects(SESSION);
    const { states, seen } = client('a,b');
    const errors: unknown[] = [];
    time.advance(1000);
    seen.zk
      .get('/a')
      .subscribe({ error: ({ code, effect }: CoordinationError) => errors.push([time.now(), code, effect]) });
    repeating(300, () => script.link.chunk$.next(Buffer.alloc(1)));
    time.advance(10_000);
    expect(errors).toEqual([[6000, 'CONNECTION_LOST', 'none']]);
    expect(states).toEqual(['0 connecting', '0 connected', '6000 suspended', '6000 connected']);
  });

  it('when events come and no answers', () => {
    const script = peer.dialled().connects(SESSION).withoutPongs();
    const { states } = client('a');
    repeating(50, () => script.link.chunk$.next(event(3, '/elsewhere')));
    time.advance(6000);
    expect(states.at(-1)).toBe('6000 suspended');
  });

  it('when a request has no answer, although pings have', () => {
    peer.dialled().connects(SESSION).asks(EXISTS, '/a');
    const { states, seen } = client('a');
    time.advance(1000);
    seen.zk.exists('/a').subscribe({ error: () => undefined });
    time.advance(5999);
    expect(states.at(-1)).toBe('0 connected');
    time.advance(1);
    expect(states.at(-1)).toBe('7000 suspended');
  });

  it.each([
    ['identities', (script: ReturnType<typeof peer.dialled>) => script.asks(AUTH, undefined)],
    [
      'watches',
      (script: ReturnType<typeof peer.dialled>) =>
        script.asks(AUTH, undefined, () => [reply(-4, undefined, { zxid: 0n })]).asks(SET_WATCHES, undefined),
    ],
  ])(
    'when it answers pings, and not what is said of %s, and the session is never suspended past its deadline',
    (_, withhold) => {
      const first = peer
        .dialled()
        .connects(SESSION)
        .asks(AUTH, undefined, () => [reply(-4, undefined, { zxid: 0n })]);
      first.asks(ADD_WATCH, '/w', ({ xid }) => [reply(xid, i32(0))]).asks(GET_DATA, '/w', dataBody('v'));
      const { seen } = client('a', { auth: [{ scheme: 'digest', auth: Buffer.from('x:y') }] });
      seen.zk.watch('/w').subscribe();
      let state!: SessionState;
      seen.zk.state$.subscribe((now) => (state = now));
      time.advance(10);
      withhold(peer.dialled().connects(SESSION));
      peer.current.ends();
      const tries = () => peer.dials.length;
      for (let i = 0; i < 6000; i += 10) {
        time.advance(10);
        if (state.kind === 'suspended') expect(state.deadline).toBeGreaterThanOrEqual(time.now());
      }
      const before = tries();
      time.advance(400);
      expect(tries()).toBeGreaterThan(before); // given up: another is dialled
      for (let i = 0; i < 20_000; i += 10) {
        time.advance(10);
        if (state.kind === 'suspended') expect(state.deadline).toBeGreaterThanOrEqual(time.now());
      }
    }
  );

  it('when a reply takes longer, however genuine: nothing else is acknowledged meanwhile', () => {
    const body = reply(1, dataBody('x'.repeat(60_000)));
    let sent = 0;
    const script = peer.dialled().connects(SESSION).asks(GET_DATA, '/a').withoutPongs();
    const { states, seen } = client('a');
    seen.zk.get('/a').subscribe({ error: () => undefined });
    time.advance(0);
    repeating(100, () => script.link.chunk$.next(body.subarray(sent, (sent += 100))));
    time.advance(6000);
    expect(states.at(-1)).toBe('6000 suspended');
  });
});

describe('a link stays', () => {
  it('when many replies come, each in its time, whatever waits behind them', () => {
    const script = peer.dialled().connects(SESSION);
    for (let i = 0; i < 200; i++) script.asks(EXISTS, '/a');
    const { states, seen } = client('a');
    time.advance(0);
    let xid = 0;
    const ask = () => seen.zk.exists('/a').subscribe({ error: () => undefined });
    repeating(1000, ask);
    time.schedule(() => repeating(1000, () => script.link.chunk$.next(reply(++xid, stat()))), 4500);
    time.advance(60_000);
    expect(states).toEqual(['0 connecting', '0 connected']);
  });
});

describe('a handshake', () => {
  it('takes no longer than its budget, whatever bytes come', () => {
    peer.dialled();
    peer.dialled().connects(SESSION);
    const { states } = client('a,b', { connectTimeout: 700 });
    time.schedule(() => peer.current.says(i32(37)), 10);
    repeating(20, () => peer.endpoints.length === 1 && peer.current.link.chunk$.next(Buffer.alloc(1)));
    time.advance(2000);
    expect([peer.dials, states]).toEqual([
      [0, 700],
      ['0 connecting', '700 connected'],
    ]);
  });
});

describe('timers that are late', () => {
  /** Timers that go off 700 ms after they should; the network does not wait. */
  const late = (base: VirtualTime): SchedulerLike => ({
    now: () => base.now(),
    schedule: (work, delay = 0, state) => base.schedule(work as never, delay === 0 ? 0 : delay + 700, state as never),
  });

  it('do not let a session live on that a server takes up past its end', () => {
    peer.dialled().connects(SESSION);
    const { states } = client('a', { scheduler: late(time), connectTimeout: 30_000 });
    time.advance(10);
    peer.refuses(9200 - 810).connects(SESSION); // the server answers past the end, and the timer has not gone off
    peer.dialled().connects({ id: 0x88n, timeout: T });
    peer.current.ends();
    time.advance(20_000);
    expect(states.map((state) => state.split(' ')[1])).toEqual(expect.arrayContaining(['lost']));
    expect(states.filter((state) => state.endsWith('connected')).length).toBeLessThanOrEqual(2);
  });
});

/**
 * A server that does each thing only now and then, and remembers the newest send of the client that it has
 * acknowledged.
 */
class Moody {
  acknowledged = 0;
  readonly #time: VirtualTime;
  readonly #random: () => number;
  #moods = { pings: 1, requests: 1, connects: 1, events: 0, drips: 0 };

  constructor(time: VirtualTime, random: () => number) {
    this.#time = time;
    this.#random = random;
  }

  changes(): void {
    const any = () => [0, 0.5, 1][Math.floor(this.#random() * 3)]!;
    this.#moods = { pings: any(), requests: any(), connects: any(), events: any(), drips: any() };
  }

  readonly transport: Transport = () =>
    new Observable<Link>((subscriber) => {
      const link = new TestLink((task) => void this.#time.schedule(task));
      let open = true;
      const says = (bytes: Buffer) =>
        this.#time.schedule(() => open && link.chunk$.next(bytes), Math.floor(this.#random() * 400));
      const answers = (chance: number, bytes: Buffer, sent: number) => {
        if (this.#random() >= chance || dripping) return false;
        this.#time.schedule(() => {
          if (!open || dripping) return;
          this.acknowledged = Math.max(this.acknowledged, sent);
          link.chunk$.next(bytes);
        }, 1);
        return true;
      };
      let stuck = false; // replies come in order, so the first that is withheld is the last
      let dripping = false;
      link.onWrite = (bytes) => {
        const sent = this.#time.now();
        for (const { payload, xid, opcode } of asked(bytes)) {
          if (payload.length === 45) answers(this.#moods.connects, connectResponse({ id: 5n, timeout: 4000 }), sent);
          else if (xid === -2) answers(this.#moods.pings, pong(), sent);
          else if (opcode === EXISTS && !stuck) stuck = !answers(this.#moods.requests, reply(xid, stat()), sent);
        }
        if (this.#random() < this.#moods.events * 0.2) says(event(3, '/x'));
        if (this.#random() < this.#moods.drips * 0.1) {
          dripping = true;
          link.chunk$.next(i32(100_000));
        }
        if (dripping) for (let i = 0; i < 20; i++) says(Buffer.alloc(1));
      };
      subscriber.next(link);
      return () => void (open = false);
    });
}

describe('whatever a server answers and does not answer', () => {
  it('a session is lost at the latest when its timeout has passed since the last send that was acknowledged', () => {
    let losses = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const clock = new VirtualTime();
      const random = seededRandom(seed);
      const moody = new Moody(clock, random);
      let state!: SessionState;
      const subscription = connect('a,b', {
        scheduler: clock,
        transport: moody.transport,
        random,
        serverVersion: '3.8.0',
        sessionTimeout: 4000,
        backoff: { min: 10, max: 300 },
      }).subscribe((zk) => {
        zk.state$.subscribe((now) => void (losses += Number((state = now).kind === 'lost')));
        const ask = () => {
          if (zk.state.kind === 'closed') return;
          zk.exists('/a').subscribe({ error: () => undefined });
          clock.schedule(ask, random() * 1500);
        };
        ask();
      });
      for (let step = 0; step < 1500; step++) {
        if (random() < 0.01) moody.changes();
        clock.advance(20);
        if (state.kind === 'suspended') expect(clock.now()).toBeLessThanOrEqual(state.deadline);
        if (state.kind === 'suspended' || state.kind === 'connected')
          expect(clock.now() - moody.acknowledged).toBeLessThanOrEqual(4000);
      }
      subscription.unsubscribe();
    }
    expect(losses).toBeGreaterThan(20);
  });
});
