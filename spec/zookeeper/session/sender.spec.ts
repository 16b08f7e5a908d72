import { beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectionLostError } from '../../../lib/core/errors.js';
import { exists } from '../../../lib/zookeeper/protocol/ops/exists.js';
import { senderGround } from '../../helpers/senderGround.js';
import { pathOf, pong, reply, stat } from '../../helpers/wireBytes.js';

const PING = 11;

let { link, outbox, channel, sender, log, look, write, turn, xids, paths } = senderGround();
beforeEach(() => void ({ link, outbox, channel, sender, log, look, write, turn, xids, paths } = senderGround()));

describe('a turn', () => {
  it('of many requests ends in one write', () => {
    for (let i = 0; i < 200; i++) look(`/${i}`);
    expect(link.writes.length).toBe(0);
    turn();
    expect([link.writes.length, xids().length]).toEqual([1, 200]);
  });

  it('of very many bytes ends in a few writes, none of which holds half a request', () => {
    for (let i = 0; i < 500; i++) write('/a', 900);
    turn();
    expect(link.writes.length).toBe(Math.ceil((500 * 900) / 131_072));
    for (const each of link.writes) expect(each.length).toBeLessThan(131_072 + 1000);
    expect(xids()).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
  });

  it('in which nothing is left to send writes nothing', () => {
    look('/gone').unsubscribe();
    turn();
    expect(link.writes).toEqual([]);
  });

  it('sends the session’s own requests first, even before urgent ones', () => {
    look('/user', { priority: 'high' });
    channel.request(exists, '/own').subscribe();
    turn();
    expect(paths()).toEqual(['/own', '/user']);
  });

  it('does not send what the session has taken back either', () => {
    channel.request(exists, '/gone').subscribe().unsubscribe();
    look('/kept');
    turn();
    expect(link.asked().map((each) => [each.xid, pathOf(each)])).toEqual([[1, '/kept']]);
  });

  it('has its order by priority, and within one by subscription', () => {
    const order = [
      ['/b1', 'bulk'],
      ['/n1', undefined],
      ['/h1', 'high'],
      ['/b2', 'bulk'],
      ['/n2', 'normal'],
      ['/h2', 'high'],
    ] as const;
    for (const [path, priority] of order) look(path, { priority });
    turn();
    expect(paths()).toEqual(['/h1', '/h2', '/n1', '/n2', '/b1', '/b2']);
  });
});

describe('while the kernel is behind', () => {
  beforeEach(() => {
    link.accepts = false;
    look('/first');
    turn();
    link.writes.length = 0;
  });

  it('nothing is written: no request, no ping, nothing for a reply', () => {
    look('/a');
    channel.ping();
    turn();
    channel.receive(Buffer.concat([pong(), reply(1, stat())]));
    turn();
    expect([link.writes, log]).toEqual([[], ['/first']]);
  });

  it('does not send what is taken back meanwhile; the rest leaves as soon as it has caught up, in one write', () => {
    const gone = look('/gone');
    look('/a');
    look('/urgent', { priority: 'high' });
    channel.ping();
    turn();
    gone.unsubscribe();
    link.accepts = true;
    sender.writer.drained();
    expect(link.writes.length).toBe(1);
    expect(link.asked().map((each) => (each.opcode === PING ? 'ping' : `${each.xid} ${pathOf(each)}`))).toEqual([
      'ping',
      '2 /urgent',
      '3 /a',
    ]);
  });

  it('what is still too much for it waits for the next time', () => {
    for (let i = 0; i < 300; i++) write('/a', 900);
    turn();
    sender.writer.drained();
    expect(link.writes.length).toBe(1);
    const first = xids();
    sender.writer.drained();
    expect(link.writes.length).toBe(1);
    expect([...first, ...xids()]).toEqual(Array.from({ length: first.length * 2 }, (_, i) => i + 2));
  });
});

describe('a sender whose link is gone', () => {
  it('writes nothing any more, whoever asks', () => {
    look('/a');
    channel.end(new ConnectionLostError('gone'));
    turn();
    sender.writer.flush();
    look('/b');
    turn();
    expect([link.writes, outbox.length]).toEqual([[], 2]);
  });
});
