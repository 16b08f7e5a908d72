import { describe, expect, it } from '@jest/globals';
import { ProtocolError } from '../../../lib/core/errors.js';
import { readEvent } from '../../../lib/zookeeper/protocol/event.js';
import { refusal } from '../../../lib/zookeeper/protocol/errorCode.js';
import { readConnectResponse, writeConnectRequest } from '../../../lib/zookeeper/protocol/handshake.js';
import { JuteReader } from '../../../lib/zookeeper/protocol/juteReader.js';
import { JuteWriter } from '../../../lib/zookeeper/protocol/juteWriter.js';
import { connectResponse, event, header, hex, i32 } from '../../helpers/wireBytes.js';

const read = (payload: Buffer) => readConnectResponse(new JuteReader().reset(payload, 0, payload.length));
const body = (framed: Buffer) => framed.subarray(4);

describe('the connect request', () => {
  it('is 45 bytes', () => {
    const out = new JuteWriter(1000);
    writeConnectRequest(out, {
      zxid: 0x1_0000_0002n,
      timeout: 30_000,
      id: -2n,
      password: hex('000102030405060708090a0b0c0d0e0f'),
      readOnly: true,
    });
    expect(Buffer.from(out.take())).toEqual(
      hex('0000002d 00000000 0000000100000002 00007530 fffffffffffffffe 00000010 000102030405060708090a0b0c0d0e0f 01')
    );
  });
});

describe('the connect response', () => {
  const password = Buffer.from('0123456789abcdef');

  it('is read, 37 bytes', () => {
    expect(read(body(connectResponse({ timeout: 4000, id: -5n, password, readOnly: true })))).toEqual({
      timeout: 4000,
      id: -5n,
      password: Uint8Array.from(password),
      readOnly: true,
    });
  });

  it('is read without its last byte, as servers before 3.4 send it', () => {
    expect(read(body(connectResponse({ readOnly: true })).subarray(0, 36)).readOnly).toBe(false);
  });

  it('may have more behind it', () => {
    expect(read(Buffer.concat([body(connectResponse()), Buffer.alloc(9)])).id).toBe(0x51n);
  });

  it('gives the password memory of its own', () => {
    const source = body(connectResponse({ password }));
    const response = read(source);
    source.fill(0);
    expect(Buffer.from(response.password)).toEqual(password);
    expect(response.password.buffer.byteLength).toBe(16);
  });

  it('says no in 16 bytes, as a read-only server does', () => {
    expect(() => read(header(0, 0n, -119))).toThrow(
      expect.objectContaining({ code: 'REFUSED', effect: 'none', message: expect.stringContaining('-119') })
    );
  });

  it('passes on a timeout that grants nothing', () => {
    expect([0, -1].map((timeout) => read(body(connectResponse({ timeout, id: 0n }))).timeout)).toEqual([0, -1]);
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['35 bytes', body(connectResponse()).subarray(0, 35)],
    ['another protocol', body(connectResponse({ version: 9 }))],
    ['no password', Buffer.concat([body(connectResponse({ password: null })), Buffer.alloc(16)])],
    ['a short password', Buffer.concat([body(connectResponse({ password: Buffer.alloc(8) })), Buffer.alloc(16)])],
    ['a long password', body(connectResponse({ password: Buffer.alloc(5000) }))],
    ['a password of length -2', Buffer.concat([body(connectResponse()).subarray(0, 16), i32(-2), Buffer.alloc(17)])],
    [
      'a password beyond the frame',
      Buffer.concat([body(connectResponse()).subarray(0, 16), i32(1000), Buffer.alloc(17)]),
    ],
  ])('is refused: %s', (_, payload) => {
    expect(() => read(payload)).toThrow(ProtocolError);
  });
});

describe('a notification', () => {
  const of = (framed: Buffer) => readEvent(new JuteReader().reset(framed, 4, framed.length));

  it.each([
    [1, 'created'],
    [2, 'deleted'],
    [3, 'dataChanged'],
    [4, 'childrenChanged'],
  ] as const)('of type %d is %s', (type, name) => {
    expect(of(event(type, '/a'))).toEqual({ type: name, path: '/a' });
  });

  it('tells its transaction when the server does', () => {
    expect(of(event(3, '/a', { zxid: 7n }))).toEqual({ type: 'dataChanged', path: '/a', zxid: 7n });
  });

  it.each([-1, 0, 5, 99])('of type %d is none of ours', (type) => expect(of(event(type, '/a'))).toBeUndefined());

  it('about no path is none, and of any state is one', () => {
    expect([of(event(3, null)), of(event(3, ''))]).toEqual([undefined, undefined]);
    expect(of(event(3, '/a', { state: 77 }))).toEqual({ type: 'dataChanged', path: '/a' });
  });

  it('that is cut is refused', () => {
    const whole = event(3, '/abc').subarray(4);
    for (let end = 16; end < whole.length; end++)
      expect(() => readEvent(new JuteReader().reset(whole, 0, end))).toThrow(ProtocolError);
  });
});

describe('a refusal', () => {
  it.each([
    [-101, 'server', 'NO_NODE', 'none'],
    [-110, 'server', 'NODE_EXISTS', 'none'],
    [-999, 'server', 'UNKNOWN', 'none'],
    [5, 'server', 'UNKNOWN', 'none'],
    [-112, 'session', 'EXPIRED', 'none'],
    [-118, 'session', 'MOVED', 'none'],
    [-115, 'session', 'AUTH_FAILED', 'none'],
    [-124, 'session', 'AUTH_FAILED', 'none'],
  ])('with number %d is of layer %s, with code %s', (number, layer, code, effect) => {
    const error = refusal(number, { operation: 'get', path: '/a' });
    expect(error).toMatchObject({ layer, code, effect, path: '/a', operation: 'get' });
    expect(error.message).toContain('/a');
    if (layer === 'server') expect(error).toMatchObject({ number });
  });
});
