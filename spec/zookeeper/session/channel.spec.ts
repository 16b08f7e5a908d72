import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Subscription } from 'rxjs';
import { ConnectionLostError, type CoordinationError } from '../../../lib/core/errors.js';
import type { Op } from '../../../lib/zookeeper/protocol/op.js';
import { createOp } from '../../../lib/zookeeper/protocol/ops/createOp.js';
import { deleteNode } from '../../../lib/zookeeper/protocol/ops/deleteNode.js';
import { exists } from '../../../lib/zookeeper/protocol/ops/exists.js';
import { getChildren } from '../../../lib/zookeeper/protocol/ops/getChildren.js';
import { getData } from '../../../lib/zookeeper/protocol/ops/getData.js';
import { setData } from '../../../lib/zookeeper/protocol/ops/setData.js';
import { whoAmI } from '../../../lib/zookeeper/protocol/ops/info.js';
import type { AnyOp } from '../../../lib/zookeeper/protocol/op.js';
import { type CallOptions, Request } from '../../../lib/zookeeper/session/exchange.js';
import { Channel } from '../../../lib/zookeeper/session/channel.js';
import { Xid } from '../../../lib/zookeeper/protocol/header.js';
import { after } from '../../../lib/zookeeper/session/sender.js';
import { Outbox } from '../../../lib/zookeeper/session/outbox.js';
import { TestLink } from '../../helpers/testLink.js';
import { VirtualTime } from '../../helpers/virtualTime.js';
import { bool, buf, connectResponse, dataBody, event, frame, header, i32, pathOf, pong, reply, stat, str, vec } from '../../helpers/wireBytes.js';

const [CREATE, MULTI_READ, GET, EXISTS, SET, DELETE] = [1, 22, 4, 3, 5, 2];
const LIMITS = { request: 1000, reply: 1000, inFlight: 100, coalesce: 64 };

let time: VirtualTime;
let link: TestLink;
let outbox: Outbox;
let channel: Channel;
let log: string[];

/** A channel that was greeted, and lets users' requests out. */
function open(limits: Partial<typeof LIMITS> = {}, version = 30800): void {
  time = new VirtualTime();
  link = new TestLink();
  outbox = new Outbox();
  channel = new Channel(link, { ...LIMITS, ...limits }, () => time.now());
  channel.greet({ zxid: 0n, timeout: 1000, id: 0n, password: new Uint8Array(16), readOnly: false }).subscribe();
  channel.receive(connectResponse());
  channel.sender.version = version;
  channel.open(outbox);
  link.run();
  link.writes.length = 0;
  log = [];
}
beforeEach(() => open());

/** Subscribes to a request, and logs what becomes of it. */
function ask<Q, R>(op: Op<Q, R>, request: Q, name: string, options?: CallOptions): Subscription {
  const show = (value: unknown) => (typeof value === 'object' && value !== null && 'czxid' in value ? 'stat' : JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each)));
  return new Request({ outbox, scheduler: time, callSites: false }, op as Op<unknown, R>, request, options).subscribe({
    next: (value) => log.push(`${name}: ${show(value)}`),
    error: ({ code, effect }: CoordinationError) => log.push(`${name}! ${code} ${effect}`),
  });
}

const set = (path: string) => ({ path, data: Buffer.from('x'), version: -1 });
const sent = () => link.asked().map(({ xid, opcode }) => [xid, opcode]);
const turn = () => link.run();

describe('replies', () => {
  it('go to those who asked, in order, however they are cut into chunks', () => {
    ask(exists, '/a', 'a');
    ask(deleteNode, { path: '/b', version: -1 }, 'b');
    turn();
    const bytes = Buffer.concat([reply(1, stat()), reply(2, undefined, { error: -101 })]);
    for (const byte of bytes) channel.receive(Buffer.from([byte]));
    expect(log).toEqual(['a: stat', 'b! NO_NODE none']);
  });

  it.each([
    ['one too many', reply(2, stat())],
    ['another than the one that is due', reply(7, stat())],
    ['one of an impossible kind', reply(-77)],
    ['a header cut short', frame(i32(1), i32(0))],
    ['a negative length', i32(-5)],
  ])('with %s break the link', (_, bytes) => {
    ask(exists, '/a', 'a');
    turn();
    if (bytes.equals(reply(2, stat()))) channel.receive(reply(1, stat()));
    expect(() => channel.receive(bytes)).toThrow(expect.objectContaining({ layer: 'protocol' }));
  });

  it('that nobody waits for any more are not even decoded', () => {
    let decoded = 0;
    const op = { ...exists, coalesces: false, decode: (input: Parameters<typeof exists.decode>[0], path: string) => (decoded++, exists.decode(input, path)) } as Op<string, unknown>;
    const subscription = ask(op, '/a', 'a');
    ask(op, '/b', 'b');
    turn();
    subscription.unsubscribe();
    channel.receive(Buffer.concat([reply(1, stat()), reply(2, stat())]));
    expect([decoded, log]).toEqual([1, ['b: stat']]);
  });

  it('leave events, pongs and logins in their place, and are not disturbed by them', () => {
    channel.event$.subscribe(({ path }) => log.push(`event ${path}`));
    channel.authenticate('digest', Buffer.from('a:b')).subscribe(() => log.push('login'));
    ask(exists, '/a', 'a');
    ask(exists, '/b', 'b');
    turn();
    channel.receive(Buffer.concat([reply(1, stat()), event(3, '/x'), pong(), reply(-4, undefined, { zxid: 0n }), reply(2, stat())]));
    expect(log).toEqual(['a: stat', 'event /x', 'login', 'b: stat']);
  });

  it('that are too large fail their request alone; what was not asked for breaks the link', () => {
    ask(getData, '/big', 'big');
    ask(setData, set('/b'), 'set');
    turn();
    channel.receive(Buffer.concat([reply(1, dataBody('x'.repeat(2000))), reply(2, stat())]));
    expect(log).toEqual(['big! REPLY_TOO_LARGE none', 'set: stat']);
    expect(() => channel.receive(frame(header(9), Buffer.alloc(2000)))).toThrow(expect.objectContaining({ layer: 'protocol' }));
  });

  it('show the newest transaction, which never goes back', () => {
    ask(exists, '/a', 'a');
    ask(exists, '/b', 'b');
    turn();
    channel.receive(reply(1, stat(), { zxid: 0x2_0000_0001n }));
    channel.receive(reply(2, stat(), { zxid: 0x1_ffff_ffffn }));
    expect(channel.zxid).toBe(0x2_0000_0001n);
    channel.receive(pong(0x2_8000_0000n));
    expect(channel.zxid).toBe(0x2_8000_0000n);
  });

  it('after too long a silence are not believed: a process that was frozen asks first', () => {
    channel.patience = 500;
    time.advance(500);
    expect(() => channel.receive(pong())).toThrow(expect.objectContaining({ code: 'CONNECTION_LOST' }));
  });

  it('that will not come any more fail in order, by how far each had got', () => {
    open({ inFlight: 2 });
    ask(exists, '/a', 'read');
    ask(setData, set('/b'), 'written');
    ask(setData, set('/c'), 'waiting');
    turn();
    channel.end(new ConnectionLostError('gone'));
    expect([log, outbox.length]).toEqual([['read! CONNECTION_LOST none', 'written! CONNECTION_LOST unknown'], 1]);
  });
});

describe('requests', () => {
  it('of one turn leave in one write, numbered in the order of subscription', () => {
    ask(exists, '/a', 'a');
    ask(setData, set('/b'), 'b');
    ask(exists, '/c', 'c');
    expect(link.writes.length).toBe(0);
    turn();
    expect(link.writes.length).toBe(1);
    expect(sent()).toEqual([[1, EXISTS], [2, SET], [3, EXISTS]]);
  });

  it('are numbered from 1 again after the largest number', () => {
    expect([after(1), after(Xid.last - 1), after(Xid.last)]).toEqual([2, Xid.last, 1]);
  });

  it('wait while the kernel is behind, and leave together when it has caught up', () => {
    link.accepts = false;
    ask(exists, '/a', 'a');
    turn();
    expect(sent()).toEqual([[1, EXISTS]]);
    ask(exists, '/b', 'b');
    ask(exists, '/c', 'c');
    turn();
    expect(sent()).toEqual([]);
    link.accepts = true;
    channel.sender.drained();
    expect(sent()).toEqual([[2, EXISTS], [3, EXISTS]]);
  });

  it('never share memory with what the link has kept', () => {
    link.accepts = false;
    ask(exists, '/kept', 'a');
    turn();
    link.accepts = true;
    channel.sender.drained();
    ask(exists, '/next', 'b');
    turn();
    expect(Buffer.from(link.memory.at(-2)!).includes('/kept')).toBe(true);
  });

  it('are under way at most so many at a time; a reply lets the next one out', () => {
    open({ inFlight: 2 });
    for (const name of ['/a', '/b', '/c']) ask(exists, name, name);
    turn();
    expect(sent().length).toBe(2);
    channel.receive(reply(1, stat()));
    expect(sent()).toEqual([[3, EXISTS]]);
  });

  it('go by priority, and within one by order', () => {
    ask(exists, '/bulk', 'bulk', { priority: 'bulk' });
    ask(exists, '/1', '1');
    ask(exists, '/high', 'high', { priority: 'high' });
    ask(exists, '/2', '2');
    turn();
    expect(link.asked().map(pathOf)).toEqual(['/high', '/1', '/2', '/bulk']);
  });

  it('that were taken back before they left are not sent, and cost no number', () => {
    const gone = ask(exists, '/gone', 'gone');
    ask(exists, '/a', 'a');
    gone.unsubscribe();
    turn();
    expect(link.asked().map((each) => [each.xid, pathOf(each)])).toEqual([[1, '/a']]);
  });

  it('that are too large are refused before they are sent, and cost no number', () => {
    ask(setData, { path: '/a', data: Buffer.alloc(2000), version: -1 }, 'large');
    ask(exists, '/b', 'b');
    turn();
    expect([log, sent()]).toEqual([['large! TOO_LARGE none'], [[1, EXISTS]]]);
  });

  it('that the server is too old for are refused, and not sent', () => {
    open({}, 30400);
    ask(exists, '/a', 'exists');
    ask(whoAmI, undefined, 'who');
    ask(createOp('persistent') as AnyOp, { path: '/a', data: null, acl: [{ permissions: 31, scheme: 'world', id: 'anyone' }], mode: 'persistent' }, 'create');
    turn();
    expect(log).toEqual(['who! UNSUPPORTED none']);
    expect(sent()).toEqual([[1, EXISTS], [2, CREATE]]); // which has taken the place of create2
  });

  it('that a reply leads to leave with it, before the turn is over', () => {
    new Request({ outbox, scheduler: time, callSites: false }, exists as Op<unknown, unknown>, '/a', undefined).subscribe(() => ask(exists, '/then', 'then'));
    turn();
    link.writes.length = 0;
    channel.receive(reply(1, stat()));
    expect(link.asked().map(pathOf)).toEqual(['/then']);
  });
});

describe('neighbouring reads', () => {
  const results = (...each: readonly Buffer[]) => Buffer.concat([...each, i32(-1), bool(true), i32(-1)]);
  const ok = (opcode: number, body: Buffer) => Buffer.concat([i32(opcode), bool(false), i32(0), body]);
  const no = (code: number) => Buffer.concat([i32(-1), bool(false), i32(code), i32(code)]);

  it('travel as one, and each gets its own reply or error', () => {
    ask(getData, '/a', 'a');
    ask(getData, '/b', 'b');
    ask(getChildren, '/c', 'c');
    turn();
    expect(sent()).toEqual([[1, MULTI_READ]]);
    channel.receive(reply(1, results(ok(GET, dataBody('v')), no(-101), ok(8, vec(str('kid'))))));
    expect(log.map((line) => line.slice(0, 12))).toEqual([expect.stringMatching(/^a: \{/), 'b! NO_NODE n', 'c: ["kid"]']);
  });

  it('do not pass the writes between them', () => {
    ask(getData, '/a', 'a');
    ask(getData, '/b', 'b');
    ask(setData, set('/a'), 'set');
    ask(getData, '/a', 'c');
    ask(getData, '/b', 'd');
    ask(deleteNode, { path: '/a', version: -1 }, 'delete');
    ask(getData, '/a', 'e');
    turn();
    expect(sent()).toEqual([[1, MULTI_READ], [2, SET], [3, MULTI_READ], [4, DELETE], [5, GET]]);
  });

  it.each([
    ['on servers that have no multiRead', {}, 30500, [GET, GET, GET]],
    ['when it is switched off', { coalesce: 1 }, 30800, [GET, GET, GET]],
    ['in groups of the size that was asked for', { coalesce: 2 }, 30800, [MULTI_READ, GET]],
  ])('travel apart %s', (_, limits, version, opcodes) => {
    open(limits, version);
    for (const name of ['/a', '/b', '/c']) ask(getData, name, name);
    turn();
    expect(sent().map(([, opcode]) => opcode)).toEqual(opcodes);
  });

  it('travel apart when together they would be too large', () => {
    for (const name of ['a', 'b', 'c']) ask(getData, `/${name.repeat(400)}`, name);
    turn();
    expect(sent()).toEqual([[1, GET], [2, GET], [3, GET]]);
  });

  it('all learn of it when the link cannot be trusted', () => {
    ask(getData, '/a', 'a');
    ask(getData, '/b', 'b');
    turn();
    expect(() => channel.receive(reply(1, results(ok(GET, dataBody('v')), ok(99, buf('?')))))).toThrow(expect.objectContaining({ layer: 'protocol' }));
    expect(log).toEqual([expect.stringMatching(/^a: /), 'b! PROTOCOL none']);
  });
});
