import { beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from '../../../lib/zookeeper/connect.js';
import type { ConnectOptions } from '../../../lib/zookeeper/options.js';
import type { ZooKeeper } from '../../../lib/zookeeper/client/zooKeeper.js';
import { ScriptedPeer } from '../../helpers/scriptedPeer.js';
import { VirtualTime } from '../../helpers/virtualTime.js';
import { dataBody, i32, reply, stat } from '../../helpers/wireBytes.js';

const [GET_DATA, EXISTS, SET_WATCHES, AUTH, ADD_WATCH, SASL] = [4, 3, 101, 100, 106, 102];

let time: VirtualTime;
let peer: ScriptedPeer;
beforeEach(() => {
  time = new VirtualTime();
  peer = new ScriptedPeer(time);
});

function client(servers: string, options: ConnectOptions = {}) {
  const diagnostics: { readonly kind: string }[] = [];
  let zk: ZooKeeper | undefined;
  const states: string[] = [];
  const subscription = connect(servers, {
    scheduler: time,
    transport: peer.transport,
    random: () => 0,
    serverVersion: '3.8.0',
    backoff: { min: 100, max: 1000 },
    ...options,
  }).subscribe((it) => {
    zk = it;
    it.diagnostics$.subscribe((each) => diagnostics.push(each));
    it.state$.subscribe(({ kind }) => states.push(`${time.now()} ${kind}`));
  });
  return { zk: zk!, diagnostics, states, subscription };
}

describe('the budget of a dial', () => {
  it('covers a server that cannot be reached', () => {
    peer.refuses('never');
    client('a,b', { connectTimeout: 700 });
    time.advance(5000);
    expect(peer.dials.slice(0, 2)).toEqual([0, 700]);
    expect(peer.leavings[0]).toBe(700);
  });

  it('covers a server that can be reached, and does not answer', () => {
    peer.dialled(); // takes the connect request, and is mute
    peer.dialled().connects();
    const { states } = client('a,b', { connectTimeout: 700 });
    time.advance(5000);
    expect([peer.dials, states]).toEqual([
      [0, 700],
      ['0 connecting', '700 connected'],
    ]);
  });

  it('covers a login that stands still', () => {
    peer
      .dialled()
      .connects()
      .asks(SASL, undefined, () => []);
    peer.refuses('never');
    const mechanism = { name: 'MUTE', start: () => ({ complete: false, step: () => [new Uint8Array(1)] }) };
    client('a,b', { connectTimeout: 700, sasl: mechanism });
    time.advance(800);
    expect(peer.dials).toEqual([0, 700]);
  });

  it.each([
    ['the session timeout, shared by the servers', 'a,b,c', 6000, 2000],
    ['one second at least', 'a,b,c', 900, 1000],
    ['ten seconds at most', 'a', 60_000, 10_000],
  ])('is by default %s', (_, servers, sessionTimeout, budget) => {
    peer.refuses('never');
    client(servers, { sessionTimeout });
    time.advance(budget - 1);
    expect(peer.leavings).toEqual([]);
    time.advance(1);
    expect(peer.leavings).toEqual([budget]);
  });
});

describe('the wait between attempts', () => {
  it('is none until every server has been tried, and grows with each attempt after that', () => {
    for (let i = 0; i < 12; i++) peer.refuses();
    client('a,b', { backoff: { min: 50, max: 2000 }, random: () => 0.999_999 });
    time.advance(3500);
    expect(peer.dials.slice(0, 2)).toEqual([0, 0]);
    const waits = peer.dials.slice(2).map((at, i) => at - peer.dials[i + 1]!);
    expect(waits.slice(0, 4).every((wait, i) => i === 0 || wait > waits[i - 1]!)).toBe(true);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1000); // a round of two takes no longer than `max`
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(50);
  });

  /** When the servers `a`, `b` and `c` are dialed after the loss of one of them, if nobody answers. */
  function dialsAfterLoss(options: ConnectOptions): readonly number[] {
    peer.dialled().connects();
    client('a,b,c', options);
    time.advance(2000);
    for (let i = 0; i < 10; i++) peer.refuses();
    peer.current.ends();
    const cut = time.now();
    time.advance(5000);
    return peer.dials.slice(1, 5).map((at) => at - cut);
  }

  it('is none before the first server after a lost one, and short before the others: a crowd spreads', () => {
    expect(dialsAfterLoss({ backoff: { min: 100, max: 5000 }, random: () => 0.5 })).toEqual([0, 50, 200, 450]);
  });

  it('is a random part of the spread before the first server after a lost one', () => {
    const backoff = { min: 100, max: 5000, spread: 1000 };
    expect(dialsAfterLoss({ backoff, random: () => 0.5 })).toEqual([500, 550, 700, 950]);
  });

  it('starts over with a link that stood', () => {
    for (let i = 0; i < 5; i++) peer.refuses();
    peer.dialled().connects();
    const { states } = client('a');
    while (!states.at(-1)!.endsWith('connected')) time.advance(100);
    time.advance(2000);
    const before = peer.dials.length;
    peer.dialled().connects();
    peer.current.ends();
    const cut = time.now();
    time.advance(5000);
    expect(peer.dials[before]! - cut).toBeLessThanOrEqual(200);
  });

  it('makes no busy loop with a server that lets everybody in, and hangs up', () => {
    for (let i = 0; i < 1000; i++) peer.dialled().connects().ends();
    client('a', { random: () => 0.5 });
    time.advance(10_000);
    expect(peer.dials.length).toBeGreaterThan(3);
    expect(peer.dials.length).toBeLessThan(40);
  });
});

describe('servers that are behind what was seen', () => {
  it('are waited for, and it is said why', () => {
    peer
      .dialled()
      .connects({ id: 0x77n })
      .asks(EXISTS, '/a', ({ xid }) => [reply(xid, stat(), { zxid: 900n })]);
    const { zk, diagnostics } = client('a', { sessionTimeout: 60_000 });
    zk.exists('/a').subscribe();
    time.advance(10);
    for (let i = 0; i < 6; i++) peer.dialled().hangsUp();
    peer.current.ends();
    time.advance(8000);
    expect(diagnostics.find(({ kind }) => kind === 'zxid-ahead')).toMatchObject({ zxid: 900n });
    expect(zk.state.kind).not.toBe('connected');
  });

  it('are taken as they are when the client was told to begin anew', () => {
    peer
      .dialled()
      .connects({ id: 0x77n, timeout: 60_000 })
      .asks(EXISTS, '/a', ({ xid }) => [reply(xid, stat(), { zxid: 900n })]);
    const { zk } = client('a', { onDataLoss: 'renew', sessionTimeout: 60_000 });
    const lost: unknown[] = [];
    zk.expired$.subscribe(({ reason }) => lost.push(reason));
    zk.exists('/a').subscribe();
    time.advance(10);
    for (let i = 0; i < 3; i++) peer.dialled().hangsUp();
    const fresh = peer.dialled().connects({ id: 0x88n });
    peer.current.ends();
    time.advance(8000);
    expect([lost, zk.state.kind, fresh.heard[0]!.readBigInt64BE(4)]).toEqual([['data-loss'], 'connected', 0n]);
  });
});

describe('what goes out first on a new connection', () => {
  it('is the identities, then the watches, and then what users asked for', () => {
    const auth = [{ scheme: 'digest', auth: Buffer.from('bob:x') }];
    const first = peer.dialled().connects({ id: 0x77n });
    first.asks(AUTH, undefined, ({ xid }) => [reply(xid, undefined, { zxid: 0n })]);
    first.asks(ADD_WATCH, '/w', ({ xid }) => [reply(xid, i32(0))]).asks(GET_DATA, '/w', dataBody('v'));
    const { zk } = client('a', { auth });
    zk.watch('/w').subscribe();
    time.advance(10);
    expect(peer.surprises).toEqual([]);
    peer.current.ends();
    zk.exists('/user').subscribe();
    const second = peer.dialled().connects({ id: 0x77n });
    second.asks(AUTH, undefined, ({ xid }) => [reply(xid, undefined, { zxid: 0n })]);
    second.asks(SET_WATCHES, undefined, ({ xid }) => [reply(xid)]);
    second.asks(EXISTS, '/user', stat());
    time.advance(1000);
    expect(
      second.heard
        .slice(1)
        .map((payload) => payload.readInt32BE(4))
        .slice(0, 3)
    ).toEqual([AUTH, SET_WATCHES, EXISTS]);
  });
});

describe('the search for a server with a quorum', () => {
  it('asks one server after the other, less and less often, and moves to the first that has one', () => {
    peer.dialled().connects({ readOnly: true });
    const answers = ['ro', 'ro', 'ro', 'rw'];
    for (const answer of answers) peer.dialled().word('isro', answer);
    const { states } = client('a,b', { readOnly: true, sessionTimeout: 60_000 });
    time.advance(100);
    time.advance(4000);
    const asked = peer.dials.slice(1, 1 + answers.length);
    const waits = asked.map((at, i) => at - (asked[i - 1] ?? 0));
    expect(waits.every((wait, i) => i === 0 || wait >= waits[i - 1]! * 1.9)).toBe(true);
    expect(peer.dials.length).toBeGreaterThan(answers.length);
    expect(states.map((state) => state.split(' ')[1])).toContain('suspended');
  });
});

describe('the waits between attempts in vain', () => {
  it.each([
    ['not at all by the shortest draw', 0, [0, 0, 100, 200, 300, 400, 500]],
    ['by the middle draw', 0.5, [0, 0, 150, 400, 700, 1000, 1300]],
  ])('grow %s, from the least to the most', (_, drawn, dials) => {
    for (let i = 0; i < 20; i++) peer.refuses();
    client('a,b', { random: () => drawn });
    time.advance(2000);
    expect(peer.dials.slice(0, 7)).toEqual(dials);
  });

  it('are told', () => {
    for (let i = 0; i < 4; i++) peer.refuses();
    const { diagnostics } = client('a,b', { random: () => 0.5 });
    time.advance(200);
    expect(diagnostics.filter(({ kind }) => kind === 'waiting')).toEqual([
      { kind: 'waiting', delay: 150 },
      { kind: 'waiting', delay: 250 },
    ]);
  });

  it('grow with a server that hangs up as soon as it has let one in', () => {
    for (let i = 0; i < 20; i++) peer.dialled().connects().ends();
    client('a', { random: () => 0.5 });
    time.advance(2000);
    expect(peer.dials.slice(0, 5)).toEqual([0, 150, 400, 850, 1400]);
  });

  it('also hold for a server that has lost its quorum, and hangs up as soon as it has let one in', () => {
    for (let i = 0; i < 1000; i++) peer.dialled().connects({ readOnly: true }).ends();
    client('a', { readOnly: true, random: () => 0.5 });
    time.advance(2000);
    expect(peer.dials.length).toBeLessThan(20);
  });
});

describe('two servers that are behind what was seen', () => {
  /** A client that has seen transaction 900, and then meets two servers that hang up in so many rounds. */
  function behind(rounds: number, onDataLoss: 'wait' | 'renew', id = 0x77n) {
    peer
      .dialled()
      .connects({ id: 0x77n, timeout: 60_000 })
      .asks(EXISTS, '/a', ({ xid }) => [reply(xid, stat(), { zxid: 900n })]);
    const it = client('a,b', { onDataLoss, sessionTimeout: 60_000 });
    it.zk.exists('/a').subscribe();
    time.advance(2000);
    for (let i = 0; i < rounds * 2; i++) peer.dialled().hangsUp();
    const last = peer.dialled().connects({ id });
    peer.current.ends();
    return { ...it, last };
  }
  /** How often each server was dialled in vain until there was a diagnostic of this kind. */
  const dialsBefore = (diagnostics: readonly { readonly kind: string }[], what: string) => {
    const at = diagnostics.findIndex(({ kind }) => kind === what);
    return at < 0 ? undefined : diagnostics.slice(0, at).filter(({ kind }) => kind === 'dialing').length - 1;
  };

  it('may have been restarted, the first time', () => {
    const { diagnostics, states } = behind(1, 'renew');
    time.advance(3000);
    expect(dialsBefore(diagnostics, 'zxid-ahead')).toBeUndefined();
    expect(states.map((state) => state.split(' ')[1])).toEqual(['connecting', 'connected', 'suspended', 'connected']);
  });

  it('are told of after the second time, and waited for', () => {
    const { diagnostics, zk, last } = behind(4, 'wait');
    time.advance(5000);
    expect([dialsBefore(diagnostics, 'zxid-ahead'), zk.state]).toEqual([
      4,
      expect.objectContaining({ kind: 'connected', epoch: 1, id: 0x77n }),
    ]);
    expect(last.heard[0]!.readBigInt64BE(4)).toBe(900n);
  });

  it('are believed the third time, when the client was told to: the next session has seen nothing', () => {
    const { diagnostics, zk, states, last } = behind(3, 'renew', 0x88n);
    const lost: unknown[] = [];
    zk.expired$.subscribe(({ reason }) =>
      lost.push([reason, diagnostics.filter(({ kind }) => kind === 'dialing').length - 1])
    );
    time.advance(5000);
    expect([lost, states.at(-1)?.split(' ')[1]]).toEqual([[['data-loss', 6]], 'connected']);
    expect([last.heard[0]!.readBigInt64BE(4), last.heard[0]!.readBigInt64BE(16)]).toEqual([0n, 0n]);
  });
});

describe('while a read-only server serves, another', () => {
  it('is looked for after waits that double, up to a minute', () => {
    peer.dialled().connects({ readOnly: true, timeout: 60_000 });
    const scripts = Array.from({ length: 13 }, () => peer.dialled().word('isro', 'ro'));
    client('a,b', { readOnly: true, sessionTimeout: 60_000 });
    time.advance(300_000);
    const waits = peer.dials.slice(1).map((at, i) => at - peer.dials[i]!);
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000, 60_000]);
    expect(scripts.flatMap(({ heard }) => heard.map(String))).toEqual(Array<string>(13).fill('isro'));
  });

  it('that can serve is moved to at once, with the session', () => {
    peer.dialled().connects({ id: 0x77n });
    const { states } = client('a,b', { readOnly: true });
    time.advance(2000);
    peer.dialled().connects({ id: 0x77n, readOnly: true });
    for (const answer of ['ro', 'ro', 'rw']) peer.dialled().word('isro', answer);
    const last = peer.dialled().connects({ id: 0x77n });
    peer.current.ends();
    time.advance(1500);
    expect(states.slice(-4)).toEqual(['2000 suspended', '2000 connected', '2700 suspended', '2700 connected']);
    expect([peer.dials.slice(-2), peer.endpoints.at(-1)]).toEqual([[2700, 2700], peer.endpoints.at(-2)]);
    expect(last.heard[0]!.readBigInt64BE(16)).toBe(0x77n);
  });
});
