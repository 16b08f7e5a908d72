import { describe, expect, it } from '@jest/globals';
import { ZooKeeperCore } from '../../../lib/testing/zookeeper/zooKeeperCore.js';
import {
  type ZooKeeperServerOptions,
  zooKeeperServerSettings,
} from '../../../lib/testing/zookeeper/zooKeeperServerOptions.js';
import { RawGuest } from '../../helpers/rawGuest.js';
import { VirtualTime } from '../../helpers/virtualTime.js';
import { i32, i64 } from '../../helpers/wireBytes.js';
import { helloBytes } from '../../differential/rawClient.js';

const NEXT_LIMIT = 1_048_576;

function ground(options: ZooKeeperServerOptions = {}) {
  const time = new VirtualTime();
  const core = new ZooKeeperCore(zooKeeperServerSettings({ scheduler: time, ...options }), undefined);
  return { time, core, guest: () => new RawGuest(core) };
}

describe('a connection without a session', () => {
  it.each([
    ['that says nothing', []],
    ['that stops in its first four bytes', [0, 0]],
    ['that stops in its connect request', [0, 0, 0, 45, 0, 0]],
  ])('%s is hung up on after 10 to 11 s', (_what, bytes) => {
    for (const start of [0, 1, 500, 999]) {
      const { time, guest } = ground();
      time.advance(start);
      const it = guest().say(Buffer.from(bytes));
      time.advance(10_000);
      expect(it.ended).toBe(false);
      time.advance(1000);
      expect(it.ended).toBe(true);
    }
  });

  it('has that time again with each byte', () => {
    const { time, guest } = ground();
    const it = guest();
    for (const byte of helloBytes({}).subarray(0, 20)) {
      time.advance(9000);
      it.say(Buffer.from([byte]));
    }
    expect(it.ended).toBe(false);
    time.advance(11_000);
    expect(it.ended).toBe(true);
  });

  it('is left alone while the server is paused, and has its time again afterwards', () => {
    const { time, core, guest } = ground();
    const it = guest();
    core.pause();
    time.advance(60_000);
    core.resume();
    expect(it.ended).toBe(false);
    time.advance(22_000);
    expect(it.ended).toBe(true);
  });

  it('leaves no timer behind when it gets its session, or goes', () => {
    const { time, guest, core } = ground();
    const it = guest().say(helloBytes({}));
    expect(it.frames()).toHaveLength(1);
    expect(time.actions).toHaveLength(1); // of the sessions
    for (const each of [...core.connections]) each.destroy();
    core.expire([...core.sessions][0]!.id);
    time.advance(60_000);
    expect(time.actions).toEqual([]);
  });
});

describe('a length that is too large', () => {
  it.each([NEXT_LIMIT, 0x200000, 0x3fffffff, 0x40000001, 0x7fffffff, -1, -(2 ** 31)])(
    '%i ends the connection with its four bytes, before a session and in it',
    (length) => {
      const { guest } = ground();
      expect(guest().say(i32(length)).ended).toBe(true);
      expect(guest().say(helloBytes({}), i32(length)).ended).toBe(true);
      const byByte = guest().say(helloBytes({}), ...[...i32(length).subarray(0, 3)].map((byte) => Buffer.from([byte])));
      expect(byByte.ended).toBe(false);
      expect(byByte.say(i32(length).subarray(3)).ended).toBe(true);
    }
  );

  it('is one above `maxBuffer`, which itself is none', () => {
    const { guest } = ground({ maxBuffer: 100 });
    expect(guest().say(i32(100)).ended).toBe(false);
    expect(guest().say(i32(101)).ended).toBe(true);
  });
});

describe('the trace mask', () => {
  it('is set by the eight bytes that come with `stmk`, and told by `gtmk`', () => {
    const { guest } = ground();
    const asked = (...bytes: readonly Buffer[]) => guest().say(Buffer.concat(bytes)).take().toString();
    expect(asked(Buffer.from('gtmk'))).toBe('306');
    expect(asked(Buffer.from('stmk'), i64(-1234567890123n))).toBe('-1234567890123');
    expect(asked(Buffer.from('stmk'))).toBe('');
    expect(asked(Buffer.from('gtmk'))).toBe('-1234567890123');
  });
});
