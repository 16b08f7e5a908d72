import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Flag, FrameType, Reason } from '../../lib/http2/frame.js';
import { CONNECTION_WINDOW, STREAM_WINDOW } from '../../lib/http2/window.js';
import { Asked, ScriptedHttp2, type SentFrame, frame, headersFrame } from '../helpers/scriptedHttp2.js';

const NAMES = new Map<number, string>(Object.entries(FrameType).map(([name, type]) => [type, name]));
const shown = ({ type, flags, stream, payload }: SentFrame) =>
  `${NAMES.get(type)} ${stream}${type === FrameType.data && flags === Flag.endStream ? ' end' : ''} ${payload.length}`;
const uint32 = (...values: readonly number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32BE(value, 4 * i));
  return bytes;
};
const settings = (id: number, value: number) =>
  frame(FrameType.settings, 0, 0, Buffer.concat([Buffer.of(0, id), uint32(value)]));
const credit = (stream: number, bytes: number) => frame(FrameType.windowUpdate, 0, stream, uint32(bytes));
const data = (stream: number, text: string | Buffer, flags = 0) =>
  frame(FrameType.data, flags, stream, Buffer.from(text as string));
const status = (stream: number) => headersFrame(stream, { ':status': '200' });
const good = (stream: number) => headersFrame(stream, { 'grpc-status': '0' }, Flag.endStream);
const goAway = (last: number, reason = 0, words = '') =>
  frame(FrameType.goAway, 0, 0, Buffer.concat([uint32(last, reason), Buffer.from(words)]));

describe('a connection of HTTP/2', () => {
  let server: ScriptedHttp2;
  beforeEach(() => {
    server = new ScriptedHttp2();
  });
  afterEach(() => server.close());
  const sent = () => server.sent().map(shown);

  it('begins with our settings, and takes those of the server', () => {
    const other = new ScriptedHttp2(false);
    expect(other.sent()).toEqual([]);
    other.serve(settings(3, 100));
    expect(other.sent()).toMatchObject([{ type: FrameType.settings, flags: Flag.ack }]);
    other.close();
  });

  it('sends all requests of a turn in one write, each with its body and the end', () => {
    for (const body of ['one', 'two']) new Asked(server.http2, body);
    const writes = server.link.writes.length;
    server.link.run();
    expect(server.link.writes.length - writes).toBe(1);
    expect(sent()).toEqual(['headers 1 32', 'data 1 end 3', 'headers 3 32', 'data 3 end 3'].map(anySize));
  });

  it('hears the answers of many requests, in any order, and goes on after each', () => {
    const asked = ['a', 'b', 'c'].map((body) => new Asked(server.http2, body));
    sent();
    server.serve(status(5), data(5, 'C'), good(5), status(1), status(3), data(1, 'A'), data(3, 'B'), good(3), good(1));
    expect(asked.map(({ heard }) => heard.join())).toEqual(['status 200,A', 'status 200,B', 'status 200,C']);
    expect(asked.every(({ trailers }) => trailers?.['grpc-status'] === '0')).toBe(true);
  });

  it('takes padding, priorities, early answers, headers in parts, and frames of types to come', () => {
    const asked = new Asked(server.http2);
    sent();
    const block = status(1).subarray(9);
    server.serve(
      headersFrame(1, { ':status': '103' }),
      frame(0x77, 0xff, 1, Buffer.from('?')),
      frame(FrameType.priority, 0, 1, Buffer.alloc(5)),
      frame(
        FrameType.headers,
        Flag.padded | Flag.priority,
        1,
        Buffer.concat([Buffer.of(3), Buffer.alloc(5), Buffer.alloc(3)])
      ),
      frame(FrameType.continuation, Flag.endHeaders, 1, block),
      data(1, Buffer.concat([Buffer.of(2), Buffer.from('hello'), Buffer.alloc(2)]), Flag.padded),
      good(1)
    );
    expect(asked.heard).toEqual(['status 200', 'hello']);
    expect(asked.trailers).toMatchObject({ 'grpc-status': '0' });
  });

  it('tells the server to forget a request whose answer is complete before it', () => {
    const asked = new Asked(server.http2, 'x'.repeat(70_000));
    sent();
    server.serve(headersFrame(1, { ':status': '200', 'grpc-status': '8' }, Flag.endStream));
    expect(asked.trailers).toMatchObject({ 'grpc-status': '8' });
    expect(sent()).toEqual(['rstStream 1 4']);
    server.serve(credit(0, 100_000), credit(1, 100_000));
    expect(sent()).toEqual([]); // nothing of its body leaves any more
  });

  it('sends a request no more that was given up before its turn, and resets one under way', () => {
    new Asked(server.http2, 'x').stream.cancel();
    expect(sent()).toEqual([]);
    const asked = new Asked(server.http2, 'y');
    expect(sent()).toHaveLength(2);
    asked.stream.cancel();
    asked.stream.cancel();
    expect(server.sent()).toMatchObject([{ type: FrameType.rstStream, stream: 1, payload: uint32(Reason.cancel) }]);
    server.serve(status(1), data(1, 'late'), good(1)); // crosses the reset
    expect([asked.heard, asked.isOver, server.ended]).toEqual([[], false, undefined]);
  });

  describe('sends', () => {
    it('no more of a body than the server allows for it, and for all', () => {
      server.serve(settings(4, 10));
      const asked = new Asked(server.http2, 'x'.repeat(25));
      expect(sent()).toEqual(['settings 0 0', 'headers 1 32', 'data 1 10'].map(anySize));
      server.serve(credit(1, 10));
      expect(sent()).toEqual(['data 1 10']);
      server.serve(settings(4, 12));
      expect(sent()).toEqual(['settings 0 0', 'data 1 2']);
      server.serve(settings(4, 0), credit(1, 12)); // the window was 0, and goes to -12 before it comes back
      expect(sent()).toEqual(['settings 0 0']);
      server.serve(credit(1, 3));
      expect(sent()).toEqual(['data 1 end 3']);
      server.serve(status(1), good(1));
      expect(asked.trailers).toBeDefined();
    });

    it('the bodies of all requests by turns when the connection has credit for few bytes', () => {
      for (const body of ['x'.repeat(60_000), 'y'.repeat(60_000), '']) new Asked(server.http2, body);
      const total = (frames: readonly SentFrame[], stream: number) =>
        frames
          .filter((one) => one.type === FrameType.data && one.stream === stream)
          .reduce((sum, { payload }) => sum + payload.length, 0);
      const first = server.sent();
      expect([total(first, 1), total(first, 3)]).toEqual([60_000, 5535]);
      expect(first.at(-1)).toMatchObject({ type: FrameType.data, flags: Flag.endStream, stream: 5 });
      server.serve(credit(0, 100_000));
      expect(total(server.sent(), 3)).toBe(54_465);
    });

    it('as many requests at a time as the server takes', () => {
      server.serve(settings(3, 2));
      const asked = ['a', 'b', 'c', 'd'].map((body) => new Asked(server.http2, body));
      asked[2]!.stream.cancel();
      expect(sent().filter((one) => one.startsWith('headers'))).toHaveLength(2);
      server.serve(headersFrame(3, { ':status': '200' }, Flag.endStream));
      expect(sent()).toEqual(['headers 5 0', 'data 5 end 1'].map(anySize));
      server.serve(status(5), data(5, 'D'), good(5));
      expect(asked[3]!.heard).toEqual(['status 200', 'D']);
    });

    it('nothing while the kernel is behind, and says when a long body has left', () => {
      const asked = new Asked(server.http2);
      sent();
      const slow = server.http2.request('/b', {}, asked);
      expect(slow.write(Buffer.alloc(60_000))).toBe(true);
      expect(slow.write(Buffer.alloc(60_000))).toBe(false);
      server.link.accepts = false;
      server.link.run();
      server.link.accepts = true;
      server.link.drain$.next();
      expect(asked.heard).toEqual([]); // the window of 65,535 bytes is used up
      server.serve(credit(0, 100_000), credit(3, 100_000));
      expect(asked.heard).toEqual(['drained']);
    });
  });

  describe('lets the server send', () => {
    const fill = (stream: number, bytes: number) =>
      Array.from({ length: bytes / 16_384 }, () => data(stream, Buffer.alloc(16_384)));

    it('as much as was taken', () => {
      new Asked(server.http2);
      sent();
      server.serve(status(1), ...fill(1, STREAM_WINDOW / 2));
      expect(server.sent()).toMatchObject([
        { type: FrameType.windowUpdate, stream: 1, payload: uint32(STREAM_WINDOW / 2) },
      ]);
    });

    it('nothing more of an answer that is held, while others go on', () => {
      const [held, other] = [new Asked(server.http2), new Asked(server.http2)];
      sent();
      held.stream.hold();
      server.serve(status(1), ...fill(1, STREAM_WINDOW), status(3), data(3, 'x'), good(3));
      expect([held.heard, other.heard]).toEqual([['status 200'], ['status 200', 'x']]);
      expect(sent()).toEqual([]);
      held.stream.release();
      expect(held.heard).toHaveLength(65);
      expect(server.sent()).toMatchObject([{ stream: 1 }, { stream: 1 }]);
      held.stream.hold();
      server.serve(data(1, 'last'), good(1));
      expect(held.isOver).toBe(false);
      held.stream.release();
      expect([held.heard.at(-1), held.trailers?.['grpc-status']]).toEqual(['last', '0']);
    });

    it('not more than it was allowed', () => {
      const asked = new Asked(server.http2);
      sent();
      asked.stream.hold();
      server.serve(status(1), ...fill(1, STREAM_WINDOW), data(1, 'x'));
      expect(server.sent().at(-1)?.payload.readUInt32BE(4)).toBe(Reason.flowControl);
      expect(server.ended?.message).toBe('HTTP/2: more bytes than were allowed');
    });

    it('the answers of requests that nobody waits for any more', () => {
      for (let i = 0; i < 4; i++) new Asked(server.http2).stream.cancel();
      const asked = Array.from({ length: 4 }, () => new Asked(server.http2));
      sent();
      for (const { stream } of asked) stream.cancel();
      sent();
      for (const stream of [1, 3, 5, 7]) server.serve(status(stream), ...fill(stream, STREAM_WINDOW));
      expect(server.sent()).toMatchObject([{ stream: 0, payload: uint32(CONNECTION_WINDOW / 2) }]);
    });
  });

  describe('that goes away', () => {
    it('lets requests go on that the server has seen, and says of all others that it has not', () => {
      server.serve(settings(3, 2));
      const asked = ['a', 'b', 'c'].map((body) => new Asked(server.http2, body));
      sent();
      server.serve(goAway(1));
      expect(asked.map(({ error }) => error?.effect)).toEqual([undefined, 'none', 'none']);
      expect(server.ended).toMatchObject({
        code: 'CONNECTION_LOST',
        effect: 'none',
        message: 'the server is going away',
      });
      server.serve(status(1), good(1));
      expect(asked[0]!.trailers).toMatchObject({ 'grpc-status': '0' });
    });

    it('takes no new requests', async () => {
      server.serve(goAway(2 ** 31 - 1, Reason.enhanceYourCalm, 'too_many_pings'));
      const asked = new Asked(server.http2, 'x');
      expect(sent()).toEqual([]);
      await Promise.resolve();
      expect(asked.error).toMatchObject({ effect: 'none', message: 'the server said goodbye with 11 too_many_pings' });
    });

    it('ends a request that crossed the goodbye in the same turn', () => {
      const asked = new Asked(server.http2, 'x');
      server.serve(goAway(0)); // before the request has left
      expect(asked.error).toMatchObject({ effect: 'none' });
      expect(server.sent().filter(({ stream }) => stream > 0)).toEqual([]);
    });
  });

  describe('that is lost', () => {
    it.each([
      ['ends', () => server.link.chunk$.complete(), 'the server closed the connection'],
      ['breaks', () => server.link.chunk$.error(new Error('ECONNRESET')), 'ECONNRESET'],
      ['is closed by us', () => server.close(), 'the connection was closed'],
    ])('because it %s ends every request, by whether it was sent', (_why, lose, message) => {
      server.serve(settings(3, 1));
      const [first, second] = [new Asked(server.http2, 'x'), new Asked(server.http2, 'y')];
      let ping: unknown;
      server.http2.ping().subscribe({ error: (error) => (ping = error) });
      sent();
      lose();
      expect(first.error).toMatchObject({ code: 'CONNECTION_LOST', effect: 'unknown' });
      expect(second.error).toMatchObject({ code: 'CONNECTION_LOST', effect: 'none' });
      expect(ping).toMatchObject({ code: 'CONNECTION_LOST' });
      expect(server.ended?.message).toContain(message);
    });

    it('does not take a complete answer back that is held', () => {
      const asked = new Asked(server.http2);
      sent();
      asked.stream.hold();
      server.serve(status(1), data(1, 'x'), good(1));
      server.link.chunk$.complete();
      asked.stream.release();
      expect([asked.heard, asked.error]).toEqual([['status 200', 'x'], undefined]);
    });

    it('may be closed by a listener, within an answer', () => {
      const asked = new Asked(server.http2);
      const other = new Asked(server.http2);
      sent();
      asked.data = () => server.close();
      server.serve(status(1), data(1, 'x'), good(1), status(3), good(3));
      expect([asked.error?.effect, other.error?.effect, other.heard]).toEqual(['unknown', 'unknown', []]);
    });
  });

  it('answers a question for a sign of life, and asks its own', () => {
    let alive = 0;
    server.http2.ping().subscribe({ complete: () => alive++ });
    server.http2
      .ping()
      .subscribe({ complete: () => alive++ })
      .unsubscribe();
    const [ping] = server.sent();
    server.serve(frame(FrameType.ping, 0, 0, Buffer.from('12345678')));
    expect(server.sent()).toMatchObject([{ type: FrameType.ping, flags: Flag.ack, payload: Buffer.from('12345678') }]);
    server.serve(
      frame(FrameType.ping, Flag.ack, 0, Buffer.alloc(8, 9)),
      frame(FrameType.ping, Flag.ack, 0, ping!.payload)
    );
    expect(alive).toBe(1);
  });

  it.each([
    ['says that it cancels', Reason.cancel, 'CONNECTION_LOST', 'unknown'],
    ['says nothing', Reason.none, 'CONNECTION_LOST', 'unknown'],
    ['has not seen it', Reason.refusedStream, 'CONNECTION_LOST', 'none'],
    ['says that we broke a rule', Reason.protocol, 'PROTOCOL', 'unknown'],
  ])('ends a request that the server resets, and %s', (_how, reason, code, effect) => {
    const asked = new Asked(server.http2);
    sent();
    server.serve(frame(FrameType.rstStream, 0, 1, uint32(reason)));
    expect(asked.error).toMatchObject({ code, effect });
    expect(server.ended).toBeUndefined();
  });

  it.each([
    ['no status', [headersFrame(1, { a: 'b' })], 'no status'],
    ['a body before the headers', [data(1, 'x')], 'a body before the headers'],
    ['headers in the middle', [status(1), status(1)], 'headers twice'],
    ['early answers without end', Array<Buffer>(17).fill(headersFrame(1, { ':status': '100' })), 'no end of 1xx'],
  ])('ends one request alone whose answer has %s', (_what, frames, words) => {
    const [asked, other] = [new Asked(server.http2), new Asked(server.http2)];
    sent();
    server.serve(...frames);
    expect(asked.error).toMatchObject({ code: 'PROTOCOL', message: `HTTP/2: the answer has ${words}` });
    expect(server.sent()).toMatchObject([{ type: FrameType.rstStream, stream: 1 }]);
    server.serve(status(3), good(3));
    expect(other.trailers).toBeDefined();
  });

  const block = headersFrame(1, { ':status': '200' }).subarray(9);
  it.each<[string, readonly Buffer[], number, string]>([
    ['a frame that is too long', [Buffer.of(0, 0x40, 1, 0, 0, 0, 0, 0, 1)], Reason.frameSize, 'a frame of 16385 bytes'],
    ['padding without bytes', [frame(FrameType.data, Flag.padded, 1)], Reason.protocol, 'more padding than bytes'],
    ['more padding than bytes', [data(1, Buffer.of(9, 1), Flag.padded)], Reason.protocol, 'more padding than bytes'],
    ['an answer to no request', [status(5)], Reason.protocol, 'an answer to the request 5, which was not sent'],
    ['an answer with an even number', [status(2)], Reason.protocol, 'an answer to the request 2, which was not sent'],
    ['a body for the connection', [data(0, 'x')], Reason.protocol, 'an answer to the request 0, which was not sent'],
    ['a push', [frame(FrameType.pushPromise, 4, 1, uint32(2))], Reason.protocol, 'a push, which was not allowed'],
    [
      'settings of a wrong size',
      [frame(FrameType.settings, 0, 0, Buffer.alloc(5))],
      Reason.frameSize,
      'settings of 5 bytes',
    ],
    ['settings of a stream', [frame(FrameType.settings, 0, 1)], Reason.protocol, 'SETTINGS of a stream'],
    ['a window that is too large', [settings(4, 2 ** 31)], Reason.flowControl, 'the setting 4 is 2147483648'],
    ['frames that are too short for all', [settings(5, 100)], Reason.protocol, 'the setting 5 is 100'],
    ['a wish to push', [settings(2, 1)], Reason.protocol, 'the setting 2 is 1'],
    ['credit of nothing', [credit(0, 0)], Reason.protocol, 'credit of 0 bytes'],
    ['too much credit', [credit(0, 2 ** 31 - 1)], Reason.flowControl, 'a window of more than 2^31 - 1 bytes'],
    ['too much credit for one', [credit(1, 2 ** 31 - 1)], Reason.flowControl, 'a window of more than 2^31 - 1 bytes'],
    [
      'a sign of life of a wrong size',
      [frame(FrameType.ping, 0, 0, uint32(1))],
      Reason.frameSize,
      'PING of a wrong size',
    ],
    ['a reset of a wrong size', [frame(FrameType.rstStream, 0, 1)], Reason.frameSize, 'RST_STREAM of a wrong size'],
    ['a goodbye of a wrong size', [frame(FrameType.goAway, 0, 0)], Reason.frameSize, 'GOAWAY of a wrong size'],
    ['a part of headers alone', [frame(FrameType.continuation, 4, 1)], Reason.protocol, 'CONTINUATION of nothing'],
    [
      'another frame within headers',
      [frame(FrameType.headers, 0, 1, block), frame(FrameType.ping, 0, 0, Buffer.alloc(8))],
      Reason.protocol,
      'a frame within a block of headers',
    ],
    [
      'headers without end',
      [frame(FrameType.headers, 0, 1), ...Array<Buffer>(64).fill(frame(FrameType.continuation, 0, 1))],
      Reason.enhanceYourCalm,
      'headers of more than 65536 bytes',
    ],
    [
      'headers that are too large',
      [
        frame(FrameType.headers, 0, 1),
        ...Array<Buffer>(5).fill(frame(FrameType.continuation, 0, 1, Buffer.alloc(16_384))),
      ],
      Reason.enhanceYourCalm,
      'headers of more than 65536 bytes',
    ],
    [
      'frames that bring nothing, again and again',
      [status(1), ...Array<Buffer>(1001).fill(data(1, ''))],
      Reason.enhanceYourCalm,
      'frames that bring nothing',
    ],
    [
      'headers that are no headers',
      [frame(FrameType.headers, 4, 1, Buffer.of(0xff))],
      Reason.compression,
      'a block of headers',
    ],
  ])('ends when the server sends %s, and says why', (_what, frames, reason, words) => {
    const asked = new Asked(server.http2, 'x');
    sent();
    server.serve(...frames);
    const goodbye = server.sent().find(({ type }) => type === FrameType.goAway);
    expect(goodbye?.payload.readUInt32BE(4)).toBe(reason);
    expect(asked.error).toMatchObject({ code: 'CONNECTION_LOST', effect: 'unknown' });
    expect(server.ended?.message).toContain(`HTTP/2: ${words}`);
  });

  it('ends when the server begins with anything but its settings', () => {
    const other = new ScriptedHttp2(false);
    other.serve(Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
    expect(other.ended?.message).toMatch(/^HTTP\/2: (a frame of \d+ bytes|the server does not speak HTTP\/2)$/);
    const third = new ScriptedHttp2(false);
    third.serve(frame(FrameType.ping, 0, 0, Buffer.alloc(8)));
    expect(third.ended?.message).toBe('HTTP/2: the server does not speak HTTP/2');
  });

  it('ends when the server asks for signs of life and takes none', () => {
    server.link.accepts = false;
    new Asked(server.http2, 'x');
    sent();
    const flood = Buffer.concat(Array<Buffer>(10_000).fill(frame(FrameType.ping, 0, 0, Buffer.alloc(8))));
    for (let i = 0; i < 10 && server.ended === undefined; i++) server.serve(flood);
    expect(server.ended?.message).toBe('HTTP/2: the server asks for much and takes nothing');
  });

  it('never throws, whatever bytes come', () => {
    let seed = 7;
    const random = () => (seed = (seed * 48271) % 0x7fffffff);
    for (let run = 0; run < 500; run++) {
      const hostile = new ScriptedHttp2();
      const asked = new Asked(hostile.http2, 'x'.repeat(random() % 100_000));
      hostile.sent();
      for (let i = 0; i < 20 && hostile.ended === undefined; i++) {
        const payload = Buffer.from(Array.from({ length: random() % 12 }, () => random() % 256));
        hostile.serve(frame(random() % 11, random() % 64, random() % 3, payload));
      }
      hostile.close();
      expect(asked.isOver).toBe(true);
      expect(hostile.ended?.code).toBe('CONNECTION_LOST');
    }
  });
});

/** The size of a block of headers is nothing to a test. */
function anySize(text: string): unknown {
  return text.startsWith('headers') ? expect.stringMatching(new RegExp(`^${text.replace(/ \d+$/, '')} \\d+$`)) : text;
}
