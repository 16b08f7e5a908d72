import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { throwError } from 'rxjs';
import { connect as connectEtcd } from '../../lib/etcd/index.js';
import { ConnectError, lock } from '../../lib/index.js';
import { type LogOptions, type Logger, logTo } from '../../lib/client/logTo.js';
import { scriptedClients } from '../helpers/scriptedClients.js';
import { VirtualTime } from '../helpers/virtualTime.js';
import { VirtualWorld } from '../helpers/virtualWorld.js';

const lines: string[] = [];
const logger = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [
    level,
    (text: string) => lines.push(`${level} ${text.replace(/#\d+/, '#1').replace(/0x[0-9a-f]+/, '0xID')}`),
  ])
) as unknown as Logger;
let stop: () => void;
beforeEach(() => {
  lines.length = 0;
  stop = logTo(logger);
});
afterEach(() => stop());

/** The lines so far, without those for debugging. */
const said = () => lines.splice(0).filter((line) => !line.startsWith('debug'));
const refusal = new ConnectError('connect ECONNREFUSED');

describe('the log of a session', () => {
  it('has its beginning, the loss of its link, the loss of the session, and its end', () => {
    const world = new VirtualWorld();
    const { zk, leave } = world.client();
    world.after(100);
    expect(said()).toEqual(['info quorum-rx: zookeeper #1: connected to memory:2181, session 0xID, timeout 4000 ms']);
    world.server.drop();
    world.after(1000);
    expect(said()).toEqual([
      expect.stringMatching(/^warn quorum-rx: zookeeper #1: lost the connection to memory:2181: /),
      'info quorum-rx: zookeeper #1: connected to memory:2181, session 0xID, timeout 4000 ms',
    ]);
    world.server.expire(zk.ticket.id);
    world.server.drop();
    world.after(1000);
    expect(said().filter((line) => line.startsWith('error'))).toEqual([
      'error quorum-rx: zookeeper #1: the session is lost: expired',
    ]);
    leave();
    expect(said()).toEqual(['info quorum-rx: zookeeper #1: closed']);
  });

  it('has a lock that is held and given back', () => {
    const world = new VirtualWorld();
    const { zk } = world.client();
    world.after(100);
    said();
    const held = lock(zk, '/l').subscribe();
    world.after(100);
    held.unsubscribe();
    expect(said()).toEqual([
      expect.stringMatching(/^info quorum-rx: zookeeper #1: holds \/l\//),
      expect.stringMatching(/^info quorum-rx: zookeeper #1: has given back \/l\//),
    ]);
  });
});

describe('failures that repeat', () => {
  it('have one line at first, and one every 30 seconds with their number', () => {
    const { time, peer, client } = scriptedClients();
    for (let i = 0; i < 100; i++) peer.refuses(refusal);
    client('a');
    time.advance(1000);
    expect(said()).toEqual(['warn quorum-rx: zookeeper #1: cannot connect to a:2181: connect ECONNREFUSED']);
    time.advance(89_000);
    const sums = said();
    expect(sums).toHaveLength(2);
    expect(sums[1]).toMatch(
      /^warn quorum-rx: zookeeper #1: no connection for \d\d s: \d+ attempts have failed, the last to a:2181: /
    );
  });

  it('are told once more with the connection that follows', () => {
    const { time, peer, client } = scriptedClients();
    for (let i = 0; i < 3; i++) peer.refuses(refusal);
    peer.dialled().connects();
    client('a');
    time.advance(5000);
    expect(said()[1]).toMatch(/^info .* connected to a:2181, session .*, after \d s and 3 failed attempts$/);
  });

  it('of a connection that comes and goes have as few lines, and the last line says how things are', () => {
    const world = new VirtualWorld();
    world.client();
    world.after(100);
    said();
    for (let i = 0; i < 100; i++) {
      world.server.drop();
      world.after(2000);
    }
    const flapping = said();
    expect(flapping.length).toBeLessThanOrEqual(16);
    expect(flapping.at(-1)).toMatch(/^info .* connected to /);
    expect(flapping.at(-2)).toMatch(/^warn .* lost the connection .*\(and \d+ times before, without a line\)$/);
  });

  it('for debugging are summed up too', () => {
    const { time, peer, client } = scriptedClients();
    for (let i = 0; i < 100; i++) peer.refuses(refusal);
    client('a');
    time.advance(25_000);
    expect(lines.filter((line) => line.startsWith('debug'))).toEqual([
      'debug quorum-rx: zookeeper #1: connecting to a:2181',
      expect.stringMatching(/^debug .* every server was tried; the next round begins in \d+ ms$/),
    ]);
  });
});

describe('a log', () => {
  it('shows a wrong password as an error, and shows no password', () => {
    const { time, peer, client } = scriptedClients();
    peer
      .dialled()
      .connects()
      .says(Buffer.from(`00000010fffffffc${'00'.repeat(8)}ffffff8d`, 'hex'));
    const { seen } = client('a', { auth: [{ scheme: 'digest', auth: 'ann:hunter2' }] });
    time.advance(1000);
    expect(seen.error).toMatchObject({ code: 'AUTH_FAILED' });
    expect(said().map((line) => line.slice(0, 5))).toContain('error');
    expect(lines.join()).not.toContain('hunter2');
  });

  it('has one line for an event, also if the words of the error have several', () => {
    const { time, peer, client } = scriptedClients();
    peer.refuses(new ConnectError('one\ntwo\n  three'));
    client('a');
    time.advance(10);
    expect(said()).toEqual(['warn quorum-rx: zookeeper #1: cannot connect to a:2181: one two three']);
  });

  it('has the clients of all stores, or only those that are chosen', () => {
    stop();
    stop = logTo(logger, { only: ({ store }) => store === 'etcd' });
    const world = new VirtualWorld();
    world.client();
    world.after(100);
    const time = new VirtualTime();
    const transport = () => throwError(() => refusal);
    const life = connectEtcd('a', { transport, scheduler: time }).subscribe();
    time.advance(10);
    life.unsubscribe();
    expect(said()).toEqual([
      'warn quorum-rx: etcd #1: cannot connect to a:2379: connect ECONNREFUSED',
      'info quorum-rx: etcd #1: closed',
    ]);
  });

  it('ends when it is stopped', () => {
    stop();
    const world = new VirtualWorld();
    world.client();
    world.after(100);
    expect(lines).toEqual([]);
  });

  it.each([
    ['logger.warn', { debug: () => 0, info: () => 0, error: () => 0 }, {}],
    ['logger.debug', undefined, {}],
    ['options.only', console, { only: 1 }],
    ['options.level', console, { level: 'info' }],
  ])('refuses a wrong %s', (argument, wrong, options) => {
    expect(() => logTo(wrong as never, options as LogOptions)).toThrow(expect.objectContaining({ argument }));
  });
});
