import { beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectionLostError } from '../../../lib/core/errors.js';
import type { ZooKeeper } from '../../../lib/zookeeper/client/zooKeeper.js';
import type { SessionState } from '../../../lib/zookeeper/sessionState.js';
import { scriptedClients } from '../../helpers/scriptedClients.js';
import { reply, stat } from '../../helpers/wireBytes.js';

const EXISTS = 3;
const DELETE = 2;
const AUTH = 100;
const T = 9000;

let { time, peer, client, ends } = scriptedClients();
beforeEach(() => void ({ time, peer, client, ends } = scriptedClients()));

/** The states that a client goes through, as they are. */
function statesOf(zk: ZooKeeper): SessionState[] {
  const all: SessionState[] = [];
  zk.state$.subscribe((state) => all.push(state));
  return all;
}

/** The id and the password of a connect request. */
const presented = (greeting: Buffer) => [greeting.readBigInt64BE(16), greeting.subarray(28, 44)];

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
    peer
      .dialled()
      .connects({ id: 0x77n, password, timeout: T })
      .asks(EXISTS, '/a', ({ xid }) => [reply(xid, stat(), { zxid: 41n })]);
    const { seen, states } = client('a', { sessionTimeout: T });
    seen.zk.exists('/a').subscribe();
    time.advance(10);
    const again = peer.dialled().connects({ id: 0x77n, password, timeout: T });
    peer.current.ends();
    time.advance(1000);
    expect(states.map((state) => state.split(' ')[1])).toEqual(['connecting', 'connected', 'suspended', 'connected']);
    const [greeting] = again.heard;
    expect([greeting!.readBigInt64BE(4), greeting!.readBigInt64BE(16), greeting!.subarray(28, 44)]).toEqual([
      41n,
      0x77n,
      password,
    ]);
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
    expect(states.map((state) => state.split(' ')[1])).toEqual([
      'connecting',
      'connected',
      'suspended',
      'lost',
      'connecting',
      'connected',
    ]);
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
    for (let i = 0; i < 4; i++) peer.refuses('never');
    const fresh = peer.dialled().connects({ timeout: T, id: 0x88n });
    const { seen } = client('a');
    const states = statesOf(seen.zk);
    time.advance(T);
    expect(peer.leavings).toEqual([6000, 7550, 8325, 8712.5, 8906.25]);
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
    peer
      .dialled()
      .connects({ timeout: T, id: 0x77n })
      .asks(AUTH, undefined, () => [accepted])
      .withoutPongs();
    const again = peer.refuses(1400).connects({ timeout: T, id: 0x77n }).asks(AUTH, undefined);
    const { states, seen } = client('a', { auth });
    const deadlines: unknown[] = [];
    seen.zk.state$.subscribe((state) => state.kind === 'suspended' && deadlines.push(state.deadline));
    time.advance(8900);
    expect(again.heard.length).toBeGreaterThan(1); // let in at 7500; without a server, it would be lost at 9000
    time.advance(600);
    again.says(accepted);
    time.advance(0);
    expect(states).toEqual(['0 connecting', '0 connected', '6000 suspended', '9000 suspended', '9500 connected']);
    expect(deadlines).toEqual([T, 7500 + T]);
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
    ['no server can be reached', 9000, () => peer.refuses('never'), [0, 6100, 7650, 8425, 8812.5]],
    ['a server says so', 6100, () => peer.dialled().connects({ timeout: 0, id: 0n }), [0, 6100]],
  ])('ends a client that was told so, with all that waits, when %s', (_, at, next, dials) => {
    peer.dialled().connects({ timeout: T, id: 0x77n }).withoutPongs();
    next();
    const { states, seen } = client('a', { onExpiry: 'error' });
    const { log, observer } = ends();
    time.advance(6000);
    seen.zk.delete('/waits').subscribe(observer('delete'));
    time.advance(60_000);
    expect(states.slice(-3)).toEqual(['6000 suspended', `${at} lost`, `${at} closed`]);
    expect([log, seen.error, peer.dials]).toEqual([
      [`${at} delete! EXPIRED none`],
      expect.objectContaining({ code: 'EXPIRED', layer: 'session' }),
      dials,
    ]);
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
