import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Subscription } from 'rxjs';
import { ConnectionLostError, type CoordinationError } from '../../../lib/core/errors.js';
import { Xid } from '../../../lib/zookeeper/protocol/header.js';
import type { Op } from '../../../lib/zookeeper/protocol/op.js';
import { deleteNode } from '../../../lib/zookeeper/protocol/ops/deleteNode.js';
import { exists } from '../../../lib/zookeeper/protocol/ops/exists.js';
import { getChildren } from '../../../lib/zookeeper/protocol/ops/getChildren.js';
import { getData } from '../../../lib/zookeeper/protocol/ops/getData.js';
import { whoAmI } from '../../../lib/zookeeper/protocol/ops/info.js';
import { setData } from '../../../lib/zookeeper/protocol/ops/setData.js';
import { addWatch } from '../../../lib/zookeeper/protocol/ops/watches.js';
import { Channel } from '../../../lib/zookeeper/session/channel.js';
import { type CallOptions, Request } from '../../../lib/zookeeper/session/exchange.js';
import { Outbox } from '../../../lib/zookeeper/session/outbox.js';
import type { Sender } from '../../../lib/zookeeper/session/sender.js';
import { TestLink } from '../../helpers/testLink.js';
import { VirtualTime } from '../../helpers/virtualTime.js';
import { bool, connectResponse, dataBody, i32, pathOf, pong, reply, stat, str, vec } from '../../helpers/wireBytes.js';

const [MULTI_READ, GET, GET_CHILDREN, EXISTS, SET, DELETE, PING] = [22, 4, 8, 3, 5, 2, 11];
const LIMITS = { request: 1000, reply: 100_000, inFlight: 1000, coalesce: 64 };

let link: TestLink;
let outbox: Outbox;
let channel: Channel;
let sender: Sender;
let log: string[];
const time = new VirtualTime();

/** A sender in its channel, which was greeted, and lets users' requests out. */
function open(limits: Partial<typeof LIMITS> = {}, version = 30800): void {
  link = new TestLink();
  outbox = new Outbox();
  channel = new Channel(link, { ...LIMITS, ...limits }, () => time.now());
  sender = channel.sender;
  channel.greet({ zxid: 0n, timeout: 1000, id: 0n, password: new Uint8Array(16), readOnly: false }).subscribe();
  channel.receive(connectResponse());
  sender.version = version;
  channel.open(outbox);
  link.run();
  link.writes.length = 0;
  log = [];
}
beforeEach(() => open());
afterEach(() => void jest.restoreAllMocks());

function make<Q, R>(op: Op<Q, R>, request: Q, options?: CallOptions): Request<R> {
  return new Request({ outbox, scheduler: time, callSites: false }, op as Op<unknown, R>, request, options);
}

/** Subscribes to a request, and logs what becomes of it. */
function ask<Q, R>(op: Op<Q, R>, request: Q, name: string, options?: CallOptions): Subscription {
  return make(op, request, options).subscribe({
    next: () => log.push(name),
    error: ({ code, effect }: CoordinationError) => log.push(`${name}! ${code} ${effect}`),
  });
}

const look = (path: string, options?: CallOptions) => ask(exists, path, path, options);
const read = (path: string, options?: CallOptions) => ask(getData, path, path, options);
const write = (path: string, size = 1) => ask(setData, { path, data: Buffer.alloc(size), version: -1 }, path);
const turn = () => link.run();
const sent = () => link.asked().map(({ xid, opcode }) => [xid, opcode]);
const xids = () => link.asked().map(({ xid }) => xid);
const paths = () => link.asked().map(pathOf);

/** What a multiRead is answered with. */
const results = (...each: readonly Buffer[]) => Buffer.concat([...each, i32(-1), bool(true), i32(-1)]);
const ok = (opcode: number, body: Buffer) => Buffer.concat([i32(opcode), bool(false), i32(0), body]);
const no = (code: number) => Buffer.concat([i32(-1), bool(false), i32(code), i32(code)]);

describe('the numbers of requests', () => {
  it('begin anew after the largest, for those who ask and for those who answer', () => {
    jest.replaceProperty(Xid as { last: number }, 'last', 3);
    for (let i = 0; i < 7; i++) look(`/${i}`);
    turn();
    expect(xids()).toEqual([1, 2, 3, 1, 2, 3, 1]);
    channel.receive(Buffer.concat([1, 2, 3, 1, 2, 3, 1].map((xid) => reply(xid, stat()))));
    expect(log.length).toBe(7);
  });

  it('have no gap where a request was refused at that very place', () => {
    jest.replaceProperty(Xid as { last: number }, 'last', 3);
    for (let i = 0; i < 3; i++) look(`/${i}`);
    write('/large', 2000);
    look('/next');
    turn();
    expect([xids(), log]).toEqual([[1, 2, 3, 1], ['/large! TOO_LARGE none']]);
  });

  it('are not spent on what was taken back, nor on what is too large or too new for the server', () => {
    open({}, 30500);
    const gone = look('/gone');
    write('/large', 2000);
    ask(whoAmI, undefined, 'who');
    ask(addWatch, { path: '/a', mode: 'persistent' }, 'watch');
    look('/kept');
    gone.unsubscribe();
    turn();
    expect(log).toEqual(['/large! TOO_LARGE none', 'who! UNSUPPORTED none', 'watch! UNSUPPORTED none']);
    expect(link.asked().map((each) => [each.xid, pathOf(each)])).toEqual([[1, '/kept']]);
  });

  it('stay with what was sent, though nobody waits for its reply any more', () => {
    const gone = look('/gone');
    turn();
    gone.unsubscribe();
    look('/next');
    turn();
    expect([xids(), sender.pending.length]).toEqual([[1, 2], 2]);
    channel.receive(Buffer.concat([reply(1, stat()), reply(2, stat())]));
    expect(log).toEqual(['/next']);
  });
});

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
    const order = [['/b1', 'bulk'], ['/n1', undefined], ['/h1', 'high'], ['/b2', 'bulk'], ['/n2', 'normal'], ['/h2', 'high']] as const;
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

  it('what is taken back meanwhile is not sent later; the rest leaves as soon as it has caught up, in one write', () => {
    const gone = look('/gone');
    look('/a');
    look('/urgent', { priority: 'high' });
    channel.ping();
    turn();
    gone.unsubscribe();
    link.accepts = true;
    sender.drained();
    expect(link.writes.length).toBe(1);
    expect(link.asked().map((each) => (each.opcode === PING ? 'ping' : `${each.xid} ${pathOf(each)}`))).toEqual(['ping', '2 /urgent', '3 /a']);
  });

  it('what is still too much for it waits for the next time', () => {
    for (let i = 0; i < 300; i++) write('/a', 900);
    turn();
    sender.drained();
    expect(link.writes.length).toBe(1);
    const first = xids();
    sender.drained();
    expect(link.writes.length).toBe(1);
    expect([...first, ...xids()]).toEqual(Array.from({ length: first.length * 2 }, (_, i) => i + 2));
  });
});

describe('requests under way', () => {
  it('are as many as they may be; each reply lets one more out, and one that was left counts until its reply', () => {
    open({ inFlight: 2 });
    const [gone] = ['/a', '/b', '/c', '/d', '/e'].map((path) => look(path));
    turn();
    expect(xids()).toEqual([1, 2]);
    gone!.unsubscribe();
    turn();
    expect(xids()).toEqual([]);
    channel.receive(reply(1, stat()));
    expect(xids()).toEqual([3]);
    channel.receive(Buffer.concat([reply(2, stat()), reply(3, stat())]));
    expect(xids()).toEqual([4, 5]);
  });

  it('do not hold up the session’s own', () => {
    open({ inFlight: 1 });
    look('/a');
    look('/b');
    turn();
    channel.request(exists, '/own').subscribe();
    turn();
    expect(paths()).toEqual(['/a', '/own']);
  });

  it('are as many as they may be, also when reads travel apart that were too large together', () => {
    open({ inFlight: 2 });
    for (const name of 'abcde') read(`/${name.repeat(400)}`);
    turn();
    expect(xids()).toEqual([1, 2]);
  });

  it('lead to others that leave with the chunk that answered, all in one write', () => {
    make(exists, '/a').subscribe(() => look('/a/then'));
    make(exists, '/b').subscribe(() => look('/b/then'));
    turn();
    link.writes.length = 0;
    channel.receive(Buffer.concat([reply(1, stat()), reply(2, stat())]));
    expect(link.writes.length).toBe(1);
    expect(paths()).toEqual(['/a/then', '/b/then']);
  });

  it('that are many let a few new ones wait for company, but not an urgent one, nor the last of them', () => {
    for (let i = 0; i < 40; i++) make(exists, `/${i}`).subscribe(() => (i === 0 ? look('/then') : i === 1 ? look('/urgent', { priority: 'high' }) : undefined));
    turn();
    link.writes.length = 0;
    channel.receive(reply(1, stat()));
    expect(paths()).toEqual([]);
    channel.receive(reply(2, stat()));
    expect(paths()).toEqual(['/urgent', '/then']);
    look('/more');
    turn();
    expect(paths()).toEqual(['/more']); // what no reply led to waits for the end of its turn only
  });
});

describe('reads beside each other', () => {
  it('travel as one, which says of each what it is, and are answered each by itself', () => {
    read('/a');
    ask(getChildren, '/b', '/b');
    turn();
    const [group, ...others] = link.asked();
    const part = (opcode: number, path: string) => Buffer.concat([i32(opcode), bool(false), i32(-1), str(path), bool(false)]);
    expect([group!.xid, group!.opcode, others]).toEqual([1, MULTI_READ, []]);
    expect(group!.body).toEqual(results(part(GET, '/a'), part(GET_CHILDREN, '/b')));
    channel.receive(reply(1, results(no(-102), ok(GET_CHILDREN, vec(str('c'))))));
    expect(log).toEqual(['/a! NO_AUTH none', '/b']);
  });

  it('fail all of them with the error of the whole', () => {
    read('/a');
    read('/b');
    turn();
    channel.receive(reply(1, undefined, { error: -127 }));
    expect(log).toEqual(['/a! THROTTLED_OP none', '/b! THROTTLED_OP none']);
  });

  it('get past the value of one that was left', () => {
    read('/a').unsubscribe();
    const gone = read('/b');
    read('/c');
    turn();
    gone.unsubscribe();
    channel.receive(reply(1, results(ok(GET, dataBody('b')), ok(GET, dataBody('c')))));
    expect([log, sender.pending.length]).toEqual([['/c'], 0]);
  });

  it.each([
    ['more results than there were reads', results(ok(GET, dataBody('a')), ok(GET, dataBody('b')), ok(GET, dataBody('c'))), ['/a', '/b']],
    ['fewer', results(ok(GET, dataBody('a'))), ['/a', '/b! PROTOCOL none']],
  ])('break the link with %s', (_, body, outcome) => {
    read('/a');
    read('/b');
    turn();
    expect(() => channel.receive(reply(1, body))).toThrow(expect.objectContaining({ code: 'PROTOCOL' }));
    expect(log).toEqual(outcome);
  });

  it('never pass a write, nor does a write pass them', () => {
    read('/a');
    read('/b');
    write('/a');
    read('/a');
    ask(deleteNode, { path: '/a', version: -1 }, 'delete');
    look('/a');
    read('/a');
    read('/b');
    turn();
    expect(sent()).toEqual([[1, MULTI_READ], [2, SET], [3, GET], [4, DELETE], [5, EXISTS], [6, MULTI_READ]]);
  });

  it('are of one turn only: a read alone travels plain', () => {
    read('/a');
    turn();
    read('/b');
    turn();
    expect(sent()).toEqual([[1, GET], [2, GET]]);
  });

  it('are together up to so many', () => {
    open({ coalesce: 3 });
    for (let i = 0; i < 7; i++) read(`/${i}`);
    turn();
    expect(sent()).toEqual([[1, MULTI_READ], [2, MULTI_READ], [3, GET]]);
  });

  it.each([
    [30599, [GET, GET]],
    [30600, [MULTI_READ]],
    [0, [GET, GET]],
  ])('travel by what a server of version %i knows', (version, opcodes) => {
    open({}, version);
    read('/a');
    read('/b');
    turn();
    expect(sent().map(([, opcode]) => opcode)).toEqual(opcodes);
  });

  it('travel apart again, in order and without a gap in their numbers, when they are too large together', () => {
    const names = [...'abc'].map((each) => `/${each.repeat(400)}`);
    look('/before');
    for (const name of names) read(name);
    look('/after');
    turn();
    const apart = names.map((name, i) => [i + 2, GET, name]);
    expect(link.asked().map((each) => [each.xid, each.opcode, pathOf(each)])).toEqual([[1, EXISTS, '/before'], ...apart, [5, EXISTS, '/after']]);
    channel.receive(Buffer.concat([reply(1, stat()), ...names.map((name, i) => reply(i + 2, dataBody(name))), reply(5, stat())]));
    expect(log).toEqual(['/before', ...names, '/after']);
  });

  it('travel apart when one of them alone is too large, and only that one is refused', () => {
    read('/a');
    read(`/${'b'.repeat(2000)}`);
    read('/c');
    turn();
    expect([paths(), log]).toEqual([['/a', '/c'], [expect.stringMatching(/^\/b+! TOO_LARGE none$/)]]);
  });

  it('travel apart when reads have brought much of late', () => {
    read('/a');
    turn();
    for (let i = 0; i < 8; i++) read(`/${i}`);
    turn();
    expect([...sender.pending].map(({ reads }) => reads)).toEqual([1, 8]);
    channel.receive(reply(1, dataBody('x'.repeat(90_000))));
    for (let i = 0; i < 8; i++) read(`/${i}`);
    turn();
    expect([...sender.pending].map(({ reads }) => reads)).toEqual([8, 6, 2]); // 64 KiB of what came to 11,262 bytes each
  });

  it('are not joined across batches, which fail by themselves', () => {
    const [one, other] = [{ started: false }, { started: false }];
    for (const [path, batch] of [['/a', one], ['/b', one], ['/c', other], ['/d', other]] as const) {
      make(getData, path).inBatch(batch, () => undefined).subscribe({ error: ({ code }: CoordinationError) => log.push(`${path}! ${code}`) });
    }
    expect([one.started, other.started]).toEqual([false, false]);
    turn();
    expect([sent(), one.started, other.started]).toEqual([[[1, MULTI_READ], [2, MULTI_READ]], true, true]);
  });
});

describe('a sender whose link is gone', () => {
  it('writes nothing any more, whoever asks', () => {
    look('/a');
    channel.end(new ConnectionLostError('gone'));
    turn();
    sender.flush();
    look('/b');
    turn();
    expect([link.writes, outbox.length]).toEqual([[], 2]);
  });
});
