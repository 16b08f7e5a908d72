import { describe, expect, it } from '@jest/globals';
import { NEVER, Observable, map, throwError } from 'rxjs';
import { ConnectError } from '../../../lib/core/errors.js';
import type { Link, Transport } from '../../../lib/core/link.js';
import { utf8 } from '../../../lib/core/codecs.js';
import { type ConnectOptions, settingsOf } from '../../../lib/zookeeper/options.js';
import { watchSnapshot } from '../../../lib/zookeeper/recipes/nodes/watchSnapshot.js';
import { ServerVersions, versionIn } from '../../../lib/zookeeper/session/serverVersions.js';
import { scriptedClients } from '../../helpers/scriptedClients.js';
import { seededRandom } from '../../../lib/testing/proxy/seededRandom.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

/** What becomes of a question on a connection of its own. */
type Fate = 'answered' | 'refused' | 'mute' | 'hung up' | 'not serving' | 'cut' | 'not allowed';

const TEXTS: { readonly [fate in Fate]?: string } = {
  'not serving': 'This ZooKeeper instance is not currently serving requests',
  'not allowed': 'srvr is not executed because it is not in the whitelist.\n',
  cut: 'Zookeeper version: 3.5.1', // of 3.5.10, say
};

/**
 * A server, and clients whose questions meet their fates, one after the other; the last fate is that of all that
 * follow.
 */
function world(fates: Fate[] | (() => Fate), options: ConnectOptions = {}, version = '3.8.0') {
  const it = new VirtualWorld({ version });
  const direct = it.server.transport({ latency: 1 });
  const asked: number[] = [];
  const fate = () => (typeof fates === 'function' ? fates() : fates.length > 1 ? fates.shift()! : fates[0]!);
  /** The first bytes tell what a connection is for. */
  const transport: Transport = (endpoint) =>
    direct(endpoint).pipe(
      map((link): Link => {
        let chunk$: Observable<Uint8Array> = link.chunk$;
        return {
          ...{ drain$: link.drain$, soon: (task) => link.soon(task) },
          chunk$: new Observable((subscriber) => chunk$.subscribe(subscriber)),
          write(bytes) {
            if (Buffer.from(bytes).toString('latin1') !== 'srvr') return link.write(bytes);
            asked.push(it.time.now());
            const met = fate();
            if (met === 'answered') return link.write(bytes);
            const text = Buffer.from(TEXTS[met] ?? '');
            chunk$ =
              met === 'mute'
                ? NEVER
                : met === 'refused'
                  ? throwError(() => new ConnectError('refused'))
                  : new Observable((end) => (text.length > 0 && end.next(text), end.complete()));
            return true;
          },
        };
      })
    );
  const client = it.client({ serverVersion: undefined as never, transport, ...options });
  return { ...client, world: it, time: it.time, asked, after: (ms: number) => it.after(ms), watch: it.watch.bind(it) };
}

describe('a server that has told its version', () => {
  it('is asked again some time after a reconnect, as thousands of clients come back together', () => {
    const { asked, world: whole, time, after } = world(['answered'], { random: () => 0.5 });
    after(100);
    expect(asked).toHaveLength(1);
    whole.server.drop();
    const cut = time.now();
    after(900);
    expect(asked).toHaveLength(1);
    after(500);
    expect(asked.slice(1).map((at) => at - cut > 1000)).toEqual([true]);
  });
});

describe('a server that has not told its version yet', () => {
  it.each<Fate>(['refused', 'mute', 'hung up', 'not serving', 'cut'])(
    'when its answer is %s, is asked again, and what needs the version waits for it',
    (fate) => {
      const { zk, watch, after, asked } = world([fate, 'answered']);
      watch('snapshot', zk.snapshot(['/']), () => 'ok');
      watch('consistent', watchSnapshot(zk, [{ path: '/', codec: utf8 }]), () => 'ok');
      watch('version', zk.serverVersion());
      expect(after(3000).sort()).toEqual(['consistent ok', 'snapshot ok', 'snapshot |', 'version 3.8.0', 'version |']);
      expect(asked.length).toBe(2);
    }
  );

  it('holds nothing else back, nor the connection for longer than a moment', () => {
    const { zk, watch, after } = world(['mute']);
    watch('snapshot', zk.snapshot(['/']), () => 'ok');
    watch('create', zk.create('/a', new Uint8Array(1)), () => 'ok');
    watch('get', zk.get('/a'), () => 'ok');
    watch('watch', zk.watch('/a'), ({ kind }) => kind);
    watch('state', zk.state$, ({ kind }) => kind);
    expect(after(300)).toEqual([
      'state connecting',
      'state connected',
      'create ok',
      'create |',
      'get ok',
      'get |',
      'watch present',
    ]);
  });

  it('serves sessions as short as a second, for as long as it lives', () => {
    const { zk, watch, after } = world(['mute'], { sessionTimeout: 1000 });
    watch('state', zk.state$, (state) =>
      state.kind === 'connected' ? `connected ${state.version} ${state.timeout}` : state.kind
    );
    expect(after(60_000)).toEqual(['state connecting', 'state connected undefined 1000']);
  });

  it('is asked less and less often', () => {
    const { after, asked } = world(['refused']);
    after(300_000);
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.length).toBeLessThan(30);
  });

  it('is taken at its word about a request when its answer has become unlikely', () => {
    const { zk, watch, after } = world(['refused'], { random: () => 0 });
    watch('snapshot', zk.snapshot(['/']), () => 'ok');
    expect(after(600)).toEqual(['snapshot ok', 'snapshot |']);
    watch('again', zk.snapshot(['/']), () => 'ok');
    expect(after(10)).toEqual(['again ok', 'again |']);
  });

  it('shows its version in the state when it tells it, which is no other state', () => {
    const { zk, watch, after } = world(['mute', 'answered']);
    const version = () => (zk.state.kind === 'connected' ? zk.state.version : 'none');
    watch('state', zk.state$, ({ kind }) => `${kind} ${version()}`);
    expect(after(3000)).toEqual(['state connecting none', 'state connected undefined']);
    expect(version()).toBe(30800);
  });

  it('reports recursive events as soon as it is known that it can, after it has said to look again', () => {
    const { zk, watch, after } = world(['mute', 'answered']);
    watch('events', zk.events('/', { recursive: true }), ({ type, path }) => `${type} ${path}`);
    after(3000);
    watch('create', zk.create('/a', null), () => 'ok');
    expect(after(10)).toEqual(expect.arrayContaining(['events created /a']));
  });

  it('is an old one when it says so', () => {
    const { zk, watch, after } = world(['mute', 'answered'], {}, '3.5.9');
    watch('snapshot', zk.snapshot(['/']), () => 'ok');
    watch('events', zk.events('/', { recursive: true }), ({ type }) => type);
    expect(after(3000).filter((line) => !line.includes('resync'))).toEqual([
      'events ! UNSUPPORTED',
      'snapshot ! UNSUPPORTED',
    ]);
  });

  it('keeps what it last said over lost links', () => {
    const it = world(['answered', 'mute']);
    it.after(100);
    for (let i = 0; i < 3; i++) {
      it.world.server.drop();
      it.after(2);
      it.watch('snapshot', it.zk.snapshot(['/']), () => 'ok');
      expect(it.after(600)).toEqual(['snapshot ok', 'snapshot |']);
    }
  });

  it('fails what waits with the link as what had not left, and sends it over the next', () => {
    const it = world(['mute', 'answered'], { offline: 'queue' });
    it.watch('snapshot', it.zk.snapshot(['/'], { timeout: 5000 }), () => 'ok');
    it.after(500);
    it.world.server.drop();
    expect(it.after(2000)).toEqual(['snapshot ok', 'snapshot |']);
  });

  it('loses a request that nobody waits for any more', () => {
    const it = world(['mute', 'answered']);
    const waiting = it.watch('snapshot', it.zk.snapshot(['/']), () => 'ok');
    it.after(500);
    waiting.unsubscribe();
    expect(it.after(5000)).toEqual([]);
  });
});

describe('a recursive watch at a server that will not tell its version', () => {
  const recursive = (it: ReturnType<typeof world>) => {
    const failed = (name: string) => (error: { code: string; message: string; path?: string }) =>
      void it.world.log.push(`${name} ! ${error.code} ${error.path} ${error.message}`);
    it.zk
      .events('/p', { recursive: true })
      .subscribe({ next: ({ type, path }) => void it.world.log.push(`${type} ${path}`), error: failed('events') });
    it.zk
      .addWatch('/p', 'persistentRecursive')
      .subscribe({ next: () => void it.world.log.push('added'), error: failed('addWatch') });
  };

  for (const fate of ['refused', 'mute', 'hung up', 'not serving', 'cut', 'not allowed'] as const) {
    it(`stands where the server has such watches, if the answer to srvr is ${fate}`, () => {
      const it = world([fate]);
      recursive(it);
      it.after(10_000);
      it.watch('create', it.zk.create('/p', null), () => 'ok');
      it.watch('below', it.zk.create('/p/a', null), () => 'ok');
      expect(it.after(20)).toEqual(expect.arrayContaining(['created /p', 'created /p/a']));
      it.world.server.drop();
      expect(it.after(500)).toEqual(['resync /p']);
      it.watch('again', it.zk.create('/p/b', null), () => 'ok');
      expect(it.after(20)).toEqual(expect.arrayContaining(['created /p/b']));
      expect(it.after(10_000)).toEqual([]);
    });

    it(`ends where the server has none, and names its path, if the answer to srvr is ${fate}`, () => {
      const it = world([fate], {}, '3.5.9');
      recursive(it);
      const said = it.after(20_000).filter((line) => !line.startsWith('resync'));
      const none = 'UNSUPPORTED /p addWatch: the server has no recursive watches';
      expect(said.sort()).toEqual([`addWatch ! ${none}`, `events ! ${none}`]);
      expect(it.zk.state.kind).toBe('connected');
    });
  }

  it('is refused with the version, where that is known and old, and with the path that the client knows', () => {
    const it = world(['answered'], {}, '3.5.9');
    recursive({ ...it, zk: it.zk.chroot('/root') });
    const old = 'UNSUPPORTED /p addWatch: needs a server of version 3.6.0 or newer; this one is 3.5.9';
    expect(it.after(1000).sort()).toEqual([`addWatch ! ${old}`, `events ! ${old}`]);
  });

  it('stands beside a tree that was there first and does without', () => {
    const it = world(['not allowed']);
    it.watch('p', it.zk.create('/p', null), () => 'ok');
    it.zk.watchTree('/p').subscribe();
    it.after(1000);
    recursive(it);
    it.after(1000);
    it.watch('below', it.zk.create('/p/a/b', null, { parents: true }), () => 'ok');
    expect(it.after(20)).toEqual(expect.arrayContaining(['created /p/a', 'created /p/a/b']));
  });
});

describe('whatever becomes of its questions', () => {
  it('no client of a modern server ever says that it is an old one', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seededRandom(seed);
      const fates: Fate[] = ['answered', 'refused', 'mute', 'hung up', 'not serving', 'cut'];
      const it = world(() => fates[Math.floor(random() * fates.length)]!, { random });
      for (let round = 0; round < 10; round++) {
        it.watch('snapshot', it.zk.snapshot(['/']), () => 'ok');
        it.watch('ttl', it.zk.multiRead([{ get: '/' } as never]), () => 'ok');
        it.after(Math.floor(random() * 1500));
        it.world.server.drop();
      }
      it.after(60_000);
      const said = it.world.log.join();
      expect(said).not.toContain('UNSUPPORTED');
    }
  });
});

describe('the version in an answer', () => {
  it.each([
    ['Zookeeper version: 3.8.0-5a02a05eddb59aee6ac762f7ea82e92a68eb9c0f, built on 2022-02-25', 30800],
    ['OtherKeeper version: 9.9.9', 0],
    ['srvr is not executed because it is not in the whitelist.', 0],
    ['ClickHouse Keeper version: v24.2.1.2248-891689a41506d00aa169548f5b4a8774351242c4', 0],
  ])('%s', (answer, version) => expect(versionIn(answer)).toBe(version));

  it('is bounded', () => {
    const { peer, time } = scriptedClients();
    const versions = new ServerVersions(settingsOf({ transport: peer.transport, scheduler: time, random: () => 0 }));
    const script = peer.dialled().word('srvr', 'x'.repeat(70_000));
    const told: unknown[] = [];
    versions.ask({ host: 'a', port: 1 }).subscribe((version) => told.push(version));
    time.advance(50);
    expect([told, script.heard.length, peer.leavings.length]).toEqual([[], 1, 1]);
  });
});
