import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import type { ZooKeeper } from '../../../lib/zookeeper/client/zooKeeper.js';
import type { ConnectOptions } from '../../../lib/zookeeper/options.js';
import { scriptedClients } from '../../helpers/scriptedClients.js';
import type { Script } from '../../helpers/scriptedPeer.js';
import { type Granted, connectResponse, dataBody, pathOf, asked, frame, stat, str } from '../../helpers/wireBytes.js';

const [CREATE, EXISTS, GET, MULTI, CREATE2, MULTI_READ, ADD_WATCH, CLOSE] = [1, 3, 4, 14, 15, 22, 106, -11];
const CONNECT = 45;
const FOUND = Buffer.concat([dataBody('a'), stat()]);

let { time, peer, client, ends } = scriptedClients();
beforeEach(() => void ({ time, peer, client, ends } = scriptedClients()));

/** The requests that came, each as its opcode and path. */
const heard = (script: Script) =>
  script.heard
    .filter(({ length }) => length !== CONNECT)
    .flatMap((payload) => asked(frame(payload)))
    .map((each) =>
      each.body.length > 4 && each.opcode < MULTI_READ ? `${each.opcode} ${pathOf(each)}` : `${each.opcode}`
    );

/** A server that tells its version after so long, or never. */
function connected(tells: number | 'never', options: ConnectOptions = {}, granted: Granted = {}) {
  const script = peer.dialled().connects(connectResponse(granted));
  const question = peer.refuses(tells).word('srvr', 'Zookeeper version: 3.8.0-x, built on\n');
  const one = client('a', { serverVersion: undefined as never, coalesce: false, ...options });
  time.advance(0);
  return { ...one, zk: one.seen.zk, script, question };
}

describe('a request at a server that has not told its version yet', () => {
  it('leaves at once if every server understands it, before the server is asked', () => {
    const { zk, script } = connected(50);
    const { log, observer } = ends();
    script.asks(GET, '/a', FOUND).asks(EXISTS, '/b', stat());
    zk.get('/a').subscribe(observer('a'));
    zk.exists('/b').subscribe(observer('b'));
    time.advance(10);
    expect([log, peer.dials]).toEqual([['0 a', '0 b'], [0]]);
    time.advance(15);
    expect(peer.dials).toEqual([0, 20]);
  });

  it('waits if its form depends on the version, and so do those behind it, in their order', () => {
    const { zk, script } = connected(50);
    script.asks(GET, '/a').asks(CREATE2, '/b').asks(GET, '/c').asks(EXISTS, '/d');
    zk.get('/a').subscribe();
    zk.create('/b').subscribe();
    zk.get('/c').subscribe();
    zk.exists('/d').subscribe();
    time.advance(49);
    expect([heard(script), peer.dials]).toEqual([['4 /a'], [0, 0]]);
    time.advance(5);
    expect(heard(script)).toEqual(['4 /a', '15 /b', '4 /c', '3 /d']);
    expect(peer.surprises).toEqual([]);
  });

  it.each([
    ['usual', 200, {}],
    ['short', 100, { timeout: 500 }],
  ])('waits for a moment at most, with a session that is %s', (_, moment, granted) => {
    const { zk, script } = connected('never', {}, granted);
    script.asks(CREATE, '/b', str('/b')).asks(GET, '/c', FOUND);
    const { log, observer } = ends();
    zk.create('/b').subscribe(observer('b'));
    zk.get('/c').subscribe(observer('c'));
    time.advance(moment - 1);
    expect(heard(script)).toEqual([]);
    time.advance(1);
    expect(log).toEqual([`${moment} b`, `${moment} c`]);
  });

  it('waits as a transaction, as a snapshot, and if only some servers know it', () => {
    const { zk, script } = connected(50, { coalesce: 64 });
    script.asks(MULTI, undefined).asks(MULTI_READ, undefined).asks(104, '/');
    zk.transaction().set('/a', Buffer.alloc(1)).commit().subscribe();
    zk.snapshot(['/a']).subscribe();
    zk.getAllChildrenNumber('/').subscribe();
    time.advance(49);
    expect(heard(script)).toEqual([]);
    time.advance(5);
    expect(heard(script)).toEqual([expect.stringMatching(/^14/), '22', '104']);
  });

  it('lets the others go on when its caller leaves', () => {
    const { zk, script } = connected('never');
    script.asks(GET, '/c');
    const waiting = zk.create('/b').subscribe();
    zk.get('/c').subscribe();
    time.advance(50);
    waiting.unsubscribe();
    time.advance(0);
    expect(heard(script)).toEqual(['4 /c']);
  });

  it('fails without an effect when the link dies meanwhile, or waits for the next one', () => {
    for (const offline of ['fail', 'queue'] as const) {
      ({ time, peer, client, ends } = scriptedClients());
      const { zk, script } = connected('never', { offline });
      const { log, observer } = ends();
      const next = peer.dialled().connects().asks(CREATE, '/b', str('/b'));
      zk.create('/b').subscribe(observer('b'));
      time.advance(50);
      script.ends();
      time.advance(1000);
      const sent = offline === 'queue' ? ['1 /b'] : [];
      expect([heard(script), heard(next)]).toEqual([[], sent]);
      expect(log).toEqual([offline === 'queue' ? expect.stringMatching(/^\d+ b$/) : '50 b! CONNECTION_LOST none']);
    }
  });

  it('fails without an effect when the client is closed meanwhile, and the session is closed at once', () => {
    const { zk, script } = connected('never');
    const { log, observer } = ends();
    script.asks(CLOSE, undefined);
    zk.create('/b').subscribe(observer('b'));
    zk.get('/c').subscribe(observer('c'));
    time.advance(50);
    void zk.close();
    time.advance(1);
    expect([log, heard(script)]).toEqual([['50 b! CLOSED none', '50 c! CLOSED none'], ['-11']]);
  });

  it('leaves as a create at a server that turns out to be old', () => {
    const script = peer.dialled().connects().asks(CREATE, '/b');
    peer.dialled().word('srvr', 'Zookeeper version: 3.4.14-x, built on\n');
    client('a', { serverVersion: undefined as never })
      .seen.zk.create('/b')
      .subscribe();
    time.advance(10);
    expect(heard(script)).toEqual(['1 /b']);
  });

  it('has the server asked beside the handshake if it waits for the connection already', () => {
    const dials = (ask: (zk: ZooKeeper) => Observable<unknown>) => {
      ({ time, peer, client, ends } = scriptedClients());
      peer.dialled().connects(Buffer.alloc(0)); // no answer yet
      ask(client('a', { serverVersion: undefined as never }).seen.zk).subscribe();
      time.advance(100);
      return peer.dials;
    };
    expect([dials((zk) => zk.create('/b')), dials((zk) => zk.get('/b'))]).toEqual([[0, 0], [0]]);
  });

  it('travels alone as a plain read, unless there are many: the others wait to travel together', () => {
    const { zk, script } = connected(50, { coalesce: 64 });
    for (let i = 0; i < 64; i++) script.asks(GET, `/${i}`);
    for (let i = 0; i < 100; i++) zk.get(`/${i}`).subscribe();
    time.advance(49);
    expect([heard(script).length, peer.dials]).toEqual([64, [0, 0]]);
    script.asks(MULTI_READ, undefined);
    time.advance(5);
    expect(heard(script).slice(64)).toEqual(['22']);
  });
});

describe('a watch at a server that has not told its version yet', () => {
  it('is set in the form that the server understands best, before the reads behind it', () => {
    const { zk, script } = connected(50);
    script.asks(GET, '/before').asks(ADD_WATCH, '/a').asks(GET, '/a').asks(GET, '/after');
    zk.get('/before').subscribe();
    time.advance(0);
    zk.watch('/a').subscribe();
    zk.get('/after').subscribe();
    time.advance(49);
    expect(heard(script)).toEqual(['4 /before']);
    time.advance(5);
    expect([heard(script), peer.surprises]).toEqual([['4 /before', '106', '4 /a', '4 /after'], []]);
  });

  it('is not set when nobody wants it any more', () => {
    const { zk, script } = connected(50);
    script.asks(GET, '/b');
    const watch = zk.watch('/a').subscribe();
    zk.get('/b').subscribe();
    time.advance(10);
    watch.unsubscribe();
    time.advance(50);
    expect([heard(script), peer.surprises]).toEqual([['4 /b'], []]);
  });
});

describe('the state of a client', () => {
  it('is connected once, and gets the version when the server tells it', () => {
    const { zk, states } = connected(50);
    const version = () => zk.state.kind === 'connected' && zk.state.version;
    const told: string[] = [];
    zk.serverVersion().subscribe((text) => told.push(`${time.now()} ${text}`));
    expect(version()).toBe(undefined);
    time.advance(100);
    expect([version(), states, told]).toEqual([30800, ['0 connecting', '0 connected'], ['70 3.8.0']]);
  });
});
