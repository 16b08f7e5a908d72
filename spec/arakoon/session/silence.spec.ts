import { describe, expect, it } from '@jest/globals';
import { type Arakoon, connect } from '../../../lib/arakoon/index.js';
import type { ConnectOptions } from '../../../lib/arakoon/options.js';
import { type ArakoonServerOptions, arakoonInMemory } from '../../../lib/testing/index.js';
import { ArakoonGround } from '../../helpers/arakoonGround.js';
import { asked, le32, lstr, ok } from '../../helpers/arakoonWire.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

const ANY = { consistency: 'none' } as const;

/** A client of an embedded cluster, in virtual time. */
function world(options: ConnectOptions = {}, served: ArakoonServerOptions = {}) {
  const time = new VirtualTime();
  const server = arakoonInMemory({ scheduler: time, nodes: ['a', 'b', 'c'], entries: { x: '1' }, ...served });
  let arakoon!: Arakoon;
  connect(server.cluster, {
    transport: server.transport({ latency: 1 }),
    scheduler: time,
    random: () => 0.5,
    connectTimeout: 1000,
    ...options,
  }).subscribe((it) => (arakoon = it));
  /** How long a read takes, or its error. */
  const read = (): { took?: number | string } => {
    const [begun, end]: [number, { took?: number | string }] = [time.now(), {}];
    arakoon.get('x', ANY).subscribe({
      next: () => (end.took = time.now() - begun),
      error: ({ code }: { code: string }) => (end.took = code),
    });
    return end;
  };
  for (let i = 0; i < 3; i++) read();
  time.advance(100);
  return { time, server, arakoon, read };
}

describe('a node that freezes', () => {
  it.each(['b', 'c', 'a'])(
    'holds reads that any node may answer for no longer than a dial may take, and others not at all: %s',
    (frozen) => {
      const { time, server, read } = world();
      server.pause(frozen);
      const first = [read(), read(), read()];
      time.advance(1100);
      expect(first.map(({ took }) => Number(took)).sort((a, b) => a - b)).toEqual([2, 2, expect.closeTo(1004, -1)]);
      const later = Array.from({ length: 30 }, read);
      time.advance(10);
      expect(later.map(({ took }) => Number(took) < 5)).toEqual(Array(30).fill(true));
    }
  );

  it('is asked again only when it has answered a question, and is left alone for longer each time', () => {
    const { time, server, read } = world();
    server.pause('b');
    const slow: number[] = [];
    for (let at = 0; at < 60_000; at += 50) {
      const end = read();
      time.advance(50);
      if (end.took === undefined) slow.push(at);
    }
    expect(slow.length).toBeLessThan(10); // those of the first second
    expect(Math.max(...slow)).toBeLessThanOrEqual(1050);
    server.resume('b');
    time.advance(20_000);
    for (let i = 0; i < 30; i++) read();
    time.advance(10);
    server.pause('a');
    server.pause('c');
    const ends = [read(), read(), read()];
    time.advance(5000);
    expect(ends.map(({ took }) => typeof took)).toEqual(['number', 'number', 'number']); // b serves again
  });

  it('does not stop those who name it, nor those who have nobody else', () => {
    const { time, server, arakoon } = world({}, { nodes: ['a'] });
    const ends: string[] = [];
    server.pause('a');
    const ask = (name: string, options: object) =>
      arakoon
        .get('x', { timeout: 8000, ...ANY, ...options })
        .subscribe({ next: () => ends.push(name), error: ({ code }: { code: string }) => ends.push(code) });
    ask('any', {});
    ask('named', { node: 'a' });
    time.advance(5000);
    expect(ends).toEqual([]);
    server.resume('a');
    time.advance(3000);
    expect(ends.sort()).toEqual(['any', 'named']);
  });

  it('and cannot be connected to holds no read for long either', () => {
    const ground = new ArakoonGround({ connectTimeout: 1000 });
    ground.pass(600); // the master is known
    ground.peer.down['b'] = ground.peer.down['c'] = 'never';
    const script = ground.peer.script('a');
    for (let i = 0; i < 40; i++) script.hears(asked.getAnywhere('x'), ok(lstr('1')));
    for (let i = 0; i < 3; i++) ground.ask('x', ground.arakoon.get('x', ANY));
    ground.pass(1010);
    expect(ground.said()).toEqual(['x: 1', 'x: 1', 'x: 1']);
    for (let at = 0; at < 30; at++) {
      ground.ask('x', ground.arakoon.get('x', ANY));
      ground.pass(100);
    }
    expect(ground.said().length).toBe(30);
  });
});

describe('a node with several addresses', () => {
  it.each<[string, 'never' | 'mute']>([
    ['cannot be connected to', 'never'],
    ['takes clients in and answers nothing', 'mute'],
  ])('is reached soon when the first one %s', (_, how) => {
    const ground = new ArakoonGround({}, { names: ['a'] });
    const { peer, time } = ground;
    if (how === 'never') peer.down['a'] = 'never';
    else peer.opinions['a'] = 'silence';
    peer.opinions['good'] = 'a';
    peer.script('good').hears(asked.get('x'), ok(lstr('1')));
    const found: string[] = [];
    connect(
      { id: 'ricky', nodes: { a: ['a:4000', 'good:4000'] } },
      { transport: peer.transport, scheduler: time }
    ).subscribe((arakoon) => {
      arakoon.get('x').subscribe((value) => found.push(`${time.now()} ${Buffer.from(value).toString()}`));
      arakoon.state$.subscribe(({ kind }) => found.push(kind));
    });
    ground.pass(300);
    expect(found).toEqual(['searching', 'connected', '250 1']);
    ground.pass(60_000);
    expect(found.slice(3)).toEqual([]); // the other address is of no concern
  });
});

describe('a server that sends bytes and no answers', () => {
  const drip = (ground: ArakoonGround, script: ReturnType<ArakoonGround['peer']['script']>, ms: number) => {
    for (let at = 0; at < ms; at += 300) {
      script.says(Buffer.from('x'));
      ground.pass(300);
    }
  };

  it('is silent: what it owes is asked for again, once it has had the time of a dial', () => {
    const ground = new ArakoonGround({ connectTimeout: 2000 });
    const script = ground.peer
      .script('a')
      .hears(asked.get('x'))
      .says(Buffer.concat([ok(le32(1_000_000))]));
    ground.peer.script('a').hears(asked.get('x'), ok(lstr('1')));
    ground.ask('x', ground.arakoon.get('x'));
    drip(ground, script, 2400);
    expect(ground.said()).toEqual(['x: 1']);
  });

  it('is silent, also when it answers about the master: a write then ends with an effect that is unknown', () => {
    const ground = new ArakoonGround({ connectTimeout: 2000 });
    const script = ground.peer
      .script('a')
      .hears(asked.set('x', '1'))
      .says(Buffer.concat([le32(7), le32(1_000_000)])); // a refusal, with very many words
    ground.ask('x', ground.arakoon.set('x', Buffer.from('1')));
    drip(ground, script, 2400);
    expect(ground.said()).toEqual(['x! CONNECTION_LOST unknown']);
  });

  it('is not silent while a large answer gets on', () => {
    const ground = new ArakoonGround({ connectTimeout: 2000, timeout: 60_000 });
    const script = ground.peer
      .script('a')
      .hears(asked.get('x'))
      .says(Buffer.concat([ok(le32(400_000))]));
    ground.ask('x', ground.arakoon.get('x'));
    for (let i = 0; i < 40; i++) {
      script.says(Buffer.alloc(10_000));
      ground.pass(500);
    }
    expect(ground.said().map((line) => line.slice(0, 3))).toEqual(['x: ']);
  });
});
