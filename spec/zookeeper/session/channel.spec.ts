import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Subscription } from 'rxjs';
import { Deadlines } from '../../../lib/client/deadlines.js';
import { ConnectionLostError, type CoordinationError } from '../../../lib/core/errors.js';
import type { Op } from '../../../lib/zookeeper/protocol/op.js';
import { deleteNode } from '../../../lib/zookeeper/protocol/ops/deleteNode.js';
import { exists } from '../../../lib/zookeeper/protocol/ops/exists.js';
import { getData } from '../../../lib/zookeeper/protocol/ops/getData.js';
import { setData } from '../../../lib/zookeeper/protocol/ops/setData.js';
import { type CallOptions, Request } from '../../../lib/zookeeper/session/exchange.js';
import { Channel } from '../../../lib/zookeeper/session/channel.js';
import { Outbox } from '../../../lib/zookeeper/session/outbox.js';
import { PassedChecks } from '../../../lib/zookeeper/session/passedChecks.js';
import { TestLink } from '../../helpers/testLink.js';
import { VirtualTime } from '../../helpers/virtualTime.js';
import {
  bool,
  connectResponse,
  dataBody,
  event,
  frame,
  header,
  i32,
  i64,
  pong,
  reply,
  stat,
} from '../../helpers/wireBytes.js';
import { meterFor } from '../../helpers/meterFor.js';

const GET = 4;
const LIMITS = { maxRequestBytes: 1000, maxReplyBytes: 1000, maxInFlight: 100, coalesce: 64 };

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
  channel = new Channel(link, { ...LIMITS, ...limits }, () => time.now(), meterFor(time));
  channel.greet({ zxid: 0n, timeout: 1000, id: 0n, password: new Uint8Array(16), readOnly: false }).subscribe();
  channel.receive(connectResponse());
  channel.sender.server.version = version;
  channel.open(outbox);
  link.run();
  link.writes.length = 0;
  log = [];
}
beforeEach(() => open());

const origin = () => ({
  outbox,
  meter: meterFor(time),
  deadlines: new Deadlines(time),
  passed: new PassedChecks(),
  scheduler: time,
  callSites: false,
});
const make = <Q, R>(op: Op<Q, R>, request: Q, options?: CallOptions) => new Request(origin(), op, request, options);

/** Subscribes to a request, and logs what becomes of it. */
function ask<Q, R>(op: Op<Q, R>, request: Q, name: string, options?: CallOptions): Subscription {
  const show = (value: unknown) =>
    typeof value === 'object' && value !== null && 'czxid' in value
      ? 'stat'
      : JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
  return make(op, request, options).subscribe({
    next: (value) => log.push(`${name}: ${show(value)}`),
    error: ({ code, effect }: CoordinationError) => log.push(`${name}! ${code} ${effect}`),
  });
}

const set = (path: string) => ({ path, data: Buffer.from('x'), version: -1 });
const sent = () => link.asked().map(({ xid, opcode }) => [xid, opcode]);
const turn = () => link.run();

/** What the channel throws when it is given these bytes. */
function thrownBy(bytes: Buffer): unknown {
  try {
    channel.receive(bytes);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('replies', () => {
  it('go to those who asked, in order, however they are cut into chunks', () => {
    ask(exists, '/a', 'a');
    ask(deleteNode, { path: '/b', version: -1 }, 'b');
    turn();
    const bytes = Buffer.concat([reply(1, stat()), reply(2, undefined, { error: -101 })]);
    for (const byte of bytes) channel.receive(Buffer.from([byte]));
    expect(log).toEqual(['a: stat', 'b! NO_NODE none']);
  });

  it('keep their values when the next chunk comes into the same memory', () => {
    open({ coalesce: 0 });
    const kept: Uint8Array[] = [];
    const bytesOf = (xids: number[]) => Buffer.concat(xids.map((xid) => reply(xid, dataBody(`value ${xid}`))));
    const memory = bytesOf([1, 2, 3]); // the same object each time, as a socket gives for chunks that fill it
    for (const xids of [
      [1, 2, 3],
      [4, 5, 6],
    ]) {
      const asked = xids.map((xid) => make(getData, `/${xid}`).subscribe(({ value }) => kept.push(value!)));
      turn();
      if (xids[0] === 4) asked[0]!.unsubscribe(); // so that the first value is read where the second one was before
      bytesOf(xids).copy(memory);
      channel.receive(memory);
    }
    memory.fill(0);
    expect(kept.map((value) => Buffer.from(value).toString())).toEqual([1, 2, 3, 5, 6].map((xid) => `value ${xid}`));
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
    const op = {
      ...exists,
      coalesces: false,
      decode: (input: Parameters<typeof exists.decode>[0], path: string) => (decoded++, exists.decode(input, path)),
    } as Op<string, unknown>;
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
    channel.receive(
      Buffer.concat([reply(1, stat()), event(3, '/x'), pong(), reply(-4, undefined, { zxid: 0n }), reply(2, stat())])
    );
    expect(log).toEqual(['a: stat', 'event /x', 'login', 'b: stat']);
  });

  it('that are too large fail their request alone; what was not asked for breaks the link', () => {
    ask(getData, '/big', 'big');
    ask(setData, set('/b'), 'set');
    turn();
    channel.receive(Buffer.concat([reply(1, dataBody('x'.repeat(2000))), reply(2, stat())]));
    expect(log).toEqual(['big! REPLY_TOO_LARGE none', 'set: stat']);
    expect(() => channel.receive(frame(header(9), Buffer.alloc(2000)))).toThrow(
      expect.objectContaining({ layer: 'protocol' })
    );
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
    channel.activity.begin(750);
    time.advance(500);
    expect(() => channel.receive(pong())).toThrow(expect.objectContaining({ code: 'CONNECTION_LOST' }));
  });

  it('that will not come any more fail in order, by how far each had got', () => {
    open({ maxInFlight: 2 });
    ask(exists, '/a', 'read');
    ask(setData, set('/b'), 'written');
    ask(setData, set('/c'), 'waiting');
    turn();
    channel.end(new ConnectionLostError('gone'));
    expect([log, outbox.length]).toEqual([['read! CONNECTION_LOST none', 'written! CONNECTION_LOST unknown'], 1]);
  });
});

describe('what comes in place of a reply', () => {
  it.each([
    ['the number of the next request', reply(2, stat())],
    ['a number from the past', reply(0, stat())],
    ['more than the largest frame that could be', i32(0x7fffffff)],
    ['a frame without anything', frame()],
    ['a header cut short', frame(i32(1), i64(1n))],
  ])('breaks the link with %s, and answers nobody', (_, bytes) => {
    ask(exists, '/a', 'a');
    ask(deleteNode, { path: '/b', version: -1 }, 'b');
    turn();
    const error = thrownBy(bytes);
    expect(error).toMatchObject({ name: 'ProtocolError', code: 'PROTOCOL' });
    expect(log).toEqual([]);
    channel.end(error as CoordinationError);
    expect(log).toEqual(['a! PROTOCOL none', 'b! PROTOCOL unknown']);
  });

  it('breaks the link when nothing was asked', () => {
    expect(thrownBy(reply(1, stat()))).toMatchObject({
      code: 'PROTOCOL',
      message: expect.stringContaining('none was due'),
    });
  });

  it('breaks the link when it cannot be decoded: its request fails with the reason, the others with the link', () => {
    ask(exists, '/a', 'a');
    ask(setData, set('/b'), 'b');
    turn();
    const error = thrownBy(reply(1, stat().subarray(0, 20)));
    expect([error, log]).toEqual([expect.objectContaining({ code: 'PROTOCOL' }), ['a! PROTOCOL none']]);
  });

  it('does not reach those who come after what broke the link', () => {
    ask(exists, '/a', 'a');
    ask(exists, '/b', 'b');
    turn();
    expect(thrownBy(Buffer.concat([reply(1, stat()), reply(9, stat()), reply(2, stat())]))).toMatchObject({
      code: 'PROTOCOL',
    });
    expect(log).toEqual(['a: stat']);
  });

  it('says that the session has moved: the request is told so, and the link is left', () => {
    ask(exists, '/a', 'a');
    turn();
    expect(thrownBy(reply(1, undefined, { error: -118 }))).toMatchObject({ code: 'CONNECTION_LOST' });
    expect(log).toEqual(['a! MOVED none']);
  });

  it.each([-115, -124])(
    'says that authentication failed (%i), whichever request it answers, and ends the session',
    (error) => {
      ask(exists, '/a', 'a');
      turn();
      expect(thrownBy(reply(1, undefined, { error }))).toMatchObject({ layer: 'session', code: 'AUTH_FAILED' });
      expect(log).toEqual(['a! AUTH_FAILED none']);
    }
  );

  it('says that an identity is refused: whoever added it is told so, once the session is over', () => {
    channel
      .authenticate('digest', Buffer.from('a:b'))
      .subscribe({ error: ({ code }: CoordinationError) => log.push(`login! ${code}`) });
    turn();
    const error = thrownBy(reply(-4, undefined, { error: -115 }));
    expect([error, log]).toEqual([expect.objectContaining({ layer: 'session', code: 'AUTH_FAILED' }), []]);
    channel.end(error as CoordinationError);
    expect(log).toEqual(['login! AUTH_FAILED']);
  });

  it('may be about nothing that was asked for: a pong, a login or an event of an unknown kind', () => {
    channel.event$.subscribe(() => log.push('event'));
    expect(thrownBy(Buffer.concat([pong(), reply(-4), event(99, '/x'), event(1, '')]))).toBeUndefined();
    expect(log).toEqual([]);
  });

  it('is no word of a server that was not greeted', () => {
    channel = new Channel(link, LIMITS, () => time.now(), meterFor(time));
    expect(thrownBy(connectResponse())).toMatchObject({ code: 'PROTOCOL' });
  });
});

describe('a frame larger than a reply may be', () => {
  it('is skipped however it comes, and leaves a write in doubt', () => {
    ask(setData, set('/a'), 'set');
    ask(exists, '/b', 'b');
    turn();
    const bytes = Buffer.concat([reply(1, Buffer.alloc(3000)), reply(2, stat())]);
    for (let at = 0; at < bytes.length; at += 7) channel.receive(bytes.subarray(at, at + 7));
    expect(log).toEqual(['set! REPLY_TOO_LARGE unknown', 'b: stat']);
  });

  it('is taken up to the limit itself', () => {
    open({ maxReplyBytes: 16 + dataBody('x'.repeat(500)).length });
    ask(getData, '/a', 'a');
    turn();
    channel.receive(reply(1, dataBody('x'.repeat(500))));
    ask(getData, '/a', 'b');
    turn();
    channel.receive(reply(2, dataBody('x'.repeat(501))));
    expect(log).toEqual([expect.stringMatching(/^a: /), 'b! REPLY_TOO_LARGE none']);
  });

  const result = (size: number) => Buffer.concat([i32(GET), bool(false), i32(0), dataBody('x'.repeat(size))]);
  const end = Buffer.concat([i32(-1), bool(true), i32(-1)]);
  const most = LIMITS.maxReplyBytes - 16 - dataBody('').length; // bytes of data in a reply that is just not too large

  it.each([
    [
      [most - 10, most - 10],
      ['a', 'b'],
    ],
    [
      [1, most + 1, 1],
      ['a', 'b! REPLY_TOO_LARGE none', 'c'],
    ],
    [
      [most, 1, most + 1],
      ['a', 'b', 'c! REPLY_TOO_LARGE none'],
    ],
  ])('is taken for each of several reads that travelled together as for one alone: %j', (sizes, outcome) => {
    sizes.forEach((_, i) => ask(getData, `/${'abc'[i]!}`, 'abc'[i]!));
    turn();
    channel.receive(reply(1, Buffer.concat([...sizes.map(result), end])));
    expect(log.map((line) => line.replace(/: .*/, ''))).toEqual(outcome);
  });

  it('says nothing of one of several reads that travelled together: they are asked for again, each by itself', () => {
    for (const name of 'abc') ask(getData, `/${name}`, name);
    const gone = ask(getData, '/gone', 'gone');
    ask(setData, set('/d'), 'set');
    turn();
    gone.unsubscribe();
    link.writes.length = 0;
    channel.receive(Buffer.concat([reply(1, Buffer.concat([result(5000), end])), reply(2, stat())]));
    expect(sent()).toEqual([
      [3, GET],
      [4, GET],
      [5, GET],
    ]);
    channel.receive(
      Buffer.concat([reply(3, dataBody('a')), reply(4, dataBody('x'.repeat(5000))), reply(5, dataBody('c'))])
    );
    expect(log.map((line) => line.replace(/: .*/, ''))).toEqual(['set', 'a', 'b! REPLY_TOO_LARGE none', 'c']);
  });

  it('ends with the link what was to be asked for again', () => {
    for (const name of 'ab') ask(getData, `/${name}`, name);
    turn();
    channel.receive(reply(1, Buffer.concat([result(5000), end])));
    channel.end(new ConnectionLostError('cut'));
    expect(log).toEqual(['a! CONNECTION_LOST none', 'b! CONNECTION_LOST none']);
  });

  it('names the request', () => {
    const errors: CoordinationError[] = [];
    make(getData, '/a').subscribe({ error: (error: CoordinationError) => errors.push(error) });
    turn();
    channel.receive(reply(1, dataBody('x'.repeat(5000))));
    expect(errors).toMatchObject([
      { code: 'REPLY_TOO_LARGE', path: '/a', operation: 'get', message: expect.stringContaining('get /a') as never },
    ]);
  });

  it.each([
    ['an event', -1],
    ['a reply to the request after the next', 2],
  ])('breaks the link as %s', (_, xid) => {
    ask(exists, '/a', 'a');
    ask(exists, '/b', 'b');
    turn();
    expect(thrownBy(frame(header(xid), Buffer.alloc(2000)))).toMatchObject({
      code: 'PROTOCOL',
      message: expect.stringContaining(`xid ${xid}`),
    });
    expect(log).toEqual([]);
  });

  it('breaks the link in place of the answer to the greeting', () => {
    channel = new Channel(link, LIMITS, () => time.now(), meterFor(time));
    channel.greet({ zxid: 0n, timeout: 1000, id: 0n, password: new Uint8Array(16), readOnly: false }).subscribe();
    expect(thrownBy(frame(Buffer.alloc(2000)))).toMatchObject({ code: 'PROTOCOL' });
  });
});

describe('what a link tells besides its replies', () => {
  it('is no transaction that was seen, when it is an event: others of the same one may follow', () => {
    channel.receive(event(3, '/a', { zxid: 70n }));
    expect(channel.zxid).toBe(0n);
    channel.receive(pong(7n));
    expect(channel.zxid).toBe(7n);
  });

  it('is no sign of life, nor is half a frame, nor the answer to a ping that was not sent', () => {
    channel.activity.begin(750);
    time.advance(499);
    expect(thrownBy(Buffer.concat([event(3, '/a'), pong(), pong().subarray(0, 3)]))).toBeUndefined();
    time.advance(1);
    expect(thrownBy(pong().subarray(3))).toMatchObject({
      code: 'CONNECTION_LOST',
      message: 'no answer from the server for 500 ms',
    });
  });

  it('starts the wait anew when it is an answer', () => {
    channel.activity.begin(750);
    channel.ping();
    time.advance(499);
    expect(thrownBy(pong())).toBeUndefined();
    channel.ping();
    time.advance(250);
    expect(thrownBy(pong())).toBeUndefined();
  });

  it('reaches an event’s readers before the reply behind it, and after the one before it', () => {
    channel.event$.subscribe(({ type, path }) => log.push(`${type} ${path}`));
    ask(exists, '/a', 'a');
    ask(exists, '/b', 'b');
    turn();
    channel.receive(
      Buffer.concat([event(1, '/1'), reply(1, stat()), event(2, '/2'), event(4, '/3'), reply(2, stat())])
    );
    expect(log).toEqual(['created /1', 'a: stat', 'deleted /2', 'childrenChanged /3', 'b: stat']);
  });
});

describe('the end of a link', () => {
  const end = () => channel.end(new ConnectionLostError('gone'));

  it('fails also those of a group, logins and the session’s own requests, once, and completes the events', () => {
    channel.event$.subscribe({ complete: () => log.push('events |') });
    channel
      .authenticate('digest', Buffer.from('a:b'))
      .subscribe({ error: ({ code }: CoordinationError) => log.push(`login! ${code}`) });
    ask(getData, '/a', 'a');
    ask(getData, '/b', 'b');
    turn();
    channel
      .request(setData, set('/own'))
      .subscribe({ error: ({ code, effect }: CoordinationError) => log.push(`own! ${code} ${effect}`) });
    end();
    end();
    expect(log).toEqual([
      'a! CONNECTION_LOST none',
      'b! CONNECTION_LOST none',
      'own! CONNECTION_LOST none',
      'login! CONNECTION_LOST',
      'events |',
    ]);
  });

  it('ends all that follows: bytes are not read, requests of the session fail, those of users wait', () => {
    ask(exists, '/a', 'a');
    turn();
    link.writes.length = 0;
    end();
    channel.receive(reply(1, stat()));
    channel.request(exists, '/own').subscribe({ error: ({ code }: CoordinationError) => log.push(`own! ${code}`) });
    ask(exists, '/b', 'b');
    turn();
    expect([log, outbox.length, link.writes]).toEqual([['a! CONNECTION_LOST none', 'own! CONNECTION_LOST'], 1, []]);
  });

  it('in the middle of a chunk leaves the rest of it unread', () => {
    new Request(origin(), exists, '/a', undefined).subscribe(end);
    ask(exists, '/b', 'b');
    turn();
    channel.receive(Buffer.concat([reply(1, stat()), reply(2, stat())]));
    expect(log).toEqual(['b! CONNECTION_LOST none']);
  });

  it('tells nobody who had left', () => {
    const gone = ask(setData, set('/a'), 'gone');
    ask(setData, set('/b'), 'b');
    turn();
    gone.unsubscribe();
    end();
    expect(log).toEqual(['b! CONNECTION_LOST unknown']);
  });
});
