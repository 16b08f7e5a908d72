import type * as Crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

type Restore = () => void;

/**
 * Takes over all that would make two runs differ: `Math.random`, `Date.now`, `randomUUID` and `randomBytes` come from
 * `random` and `now`. A call of `setTimeout` counts as RxJS's report of an unhandled error: it is run at once, and
 * `unhandled` gets the error. Returns a function that gives everything back.
 */
export function seededGlobals(random: () => number, now: () => number, unhandled: (error: unknown) => void): Restore {
  const crypto = process.getBuiltinModule('node:crypto') as {
    -readonly [K in keyof typeof Crypto]: (typeof Crypto)[K];
  };
  const { randomUUID, randomBytes } = crypto;
  const { random: realRandom } = Math;
  const { now: realNow } = Date;
  const { setTimeout: realTimeout } = globalThis;
  const bytes = (size: number) => Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));

  Math.random = random;
  Date.now = now;
  crypto.randomUUID = () => uuid(bytes(16));
  crypto.randomBytes = bytes;
  globalThis.setTimeout = ((task: () => void) => {
    try {
      task();
    } catch (error) {
      unhandled(error);
    }
  }) as unknown as typeof setTimeout;
  syncBuiltinESMExports();

  return () => {
    Math.random = realRandom;
    Date.now = realNow;
    crypto.randomUUID = randomUUID;
    crypto.randomBytes = randomBytes;
    globalThis.setTimeout = realTimeout;
    syncBuiltinESMExports();
  };
}

function uuid(bytes: Buffer): Crypto.UUID {
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
