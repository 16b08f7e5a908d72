import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { bytes as checkBytes } from '../../core/check.js';
import { ValueError } from '../../core/codecs.js';
import { UsageError } from '../../core/errors.js';
import { type HiveCodec, checkHiveCodec } from './hiveCodec.js';
import { wrappedCodec } from './wrappedCodec.js';

const METHOD = 'aes-256-gcm';
const FORM = 1;
const KEY_BYTES = 32;
/** The form, the fingerprint of the key, and the nonce; then the tag, and the encrypted bytes. */
const [NONCE_AT, TAG_AT, BODY_AT] = [9, 21, 37];

interface Key {
  readonly bytes: Uint8Array;
  readonly fingerprint: Buffer;
}

/**
 * A codec that encrypts the bytes of another with AES-256-GCM, so that neither the store nor its other clients can read
 * them or change them unseen. Its name is `aes-256-gcm+`, and that of the other codec.
 *
 * Each entry has a random nonce, and a fingerprint of its key. Values are encrypted with the first key, and decrypted
 * with any of them: to change keys, put the new one in front, write the entries again, and take the old one out. A
 * `ValueError` refuses bytes of another key, and bytes that were changed. Write no more than 2^32 values with one key.
 *
 * A hive with this codec reads only encrypted values (see {@link HiveCodec.exclusive}). Aliases, sizes and times stay
 * readable, and so does everything that `upload` writes. A client that may write to the store can still replace an
 * entry by an older one, or by another that has the same key.
 *
 * @param keys 32 random bytes, or several such keys
 *
 * @example
 * ```ts
 * import { compressed, encrypted, objects, openHive } from 'quorum-rx/hive';
 *
 * const key = Buffer.from(process.env['HIVE_KEY'] ?? '', 'base64');
 * const secrets = await openHive('memory:', { codec: encrypted(compressed(objects), key) });
 * ```
 */
export function encrypted<T>(codec: HiveCodec<T>, keys: Uint8Array | readonly Uint8Array[]): HiveCodec<T> {
  const { name } = checkHiveCodec('codec', codec);
  const known = (keys instanceof Uint8Array ? [keys] : Array.isArray(keys) ? keys : [keys]).map(keyOf);
  const [current] = known;
  if (current === undefined) throw new UsageError('keys', 'must have one key at least');
  /** Whatever tells how to read the encrypted bytes is protected like them. */
  const context = (header: Uint8Array) => Buffer.concat([header, Buffer.from(name)]);
  return wrappedCodec(codec, {
    name: METHOD,
    exclusive: true,
    wrap(bytes) {
      const header = Buffer.concat([Buffer.of(FORM), current.fingerprint]);
      const nonce = randomBytes(TAG_AT - NONCE_AT);
      const cipher = createCipheriv(METHOD, current.bytes, nonce).setAAD(context(header));
      const body = cipher.update(bytes);
      cipher.final();
      return Buffer.concat([header, nonce, cipher.getAuthTag(), body]);
    },
    unwrap(bytes) {
      if (bytes.length < BODY_AT || bytes[0] !== FORM) throw refused('these are no encrypted bytes of this form');
      const key = known.find(({ fingerprint }) => fingerprint.equals(bytes.subarray(1, NONCE_AT)));
      if (key === undefined) throw refused('the value was encrypted with another key');
      const cipher = createDecipheriv(METHOD, key.bytes, bytes.subarray(NONCE_AT, TAG_AT))
        .setAAD(context(bytes.subarray(0, NONCE_AT)))
        .setAuthTag(bytes.subarray(TAG_AT, BODY_AT));
      const plain = cipher.update(bytes.subarray(BODY_AT));
      try {
        cipher.final();
      } catch (cause) {
        throw refused('the bytes were changed', cause);
      }
      return plain;
    },
  });
}

function keyOf(key: Uint8Array, i: number): Key {
  const { length } = checkBytes(`keys[${i}]`, key);
  if (length !== KEY_BYTES) throw new UsageError(`keys[${i}]`, `must have ${KEY_BYTES} bytes, not ${length}`);
  const fingerprint = createHmac('sha256', key)
    .update('quorum-rx hive key')
    .digest()
    .subarray(0, NONCE_AT - 1);
  return { bytes: Uint8Array.from(key), fingerprint };
}

function refused(words: string, cause?: unknown): ValueError {
  return new ValueError(`${METHOD}: ${words}`, { cause });
}
