import * as zlib from 'node:zlib';
import { integer, knownKeys, oneOf } from '../../core/check.js';
import { ValueError } from '../../core/codecs.js';
import { type HiveCodec, checkHiveCodec } from './hiveCodec.js';
import { wrappedCodec } from './wrappedCodec.js';

/** How values are compressed. */
export interface CompressedOptions {
  /** Default `'gzip'`. `'brotli'` makes less bytes of text, and takes more time. */
  readonly method?: 'gzip' | 'deflate' | 'brotli';
  /** From little time to few bytes: 0 to 9, and 0 to 11 with `'brotli'`. Default 6; 5 with `'brotli'`. */
  readonly level?: number;
  /** The most bytes of an entry before it is compressed. Others are refused, both ways. Default 64 MiB. */
  readonly maxBytes?: number;
}

interface Method {
  readonly levels: readonly [most: number, usual: number];
  pack(bytes: Uint8Array, level: number): Uint8Array;
  unpack(bytes: Uint8Array, maxOutputLength: number): Uint8Array;
}

const METHODS: Readonly<Record<'gzip' | 'deflate' | 'brotli', Method>> = {
  gzip: {
    levels: [9, 6],
    pack: (bytes, level) => zlib.gzipSync(bytes, { level }),
    unpack: (bytes, maxOutputLength) => zlib.gunzipSync(bytes, { maxOutputLength }),
  },
  deflate: {
    levels: [9, 6],
    pack: (bytes, level) => zlib.deflateSync(bytes, { level }),
    unpack: (bytes, maxOutputLength) => zlib.inflateSync(bytes, { maxOutputLength }),
  },
  brotli: {
    levels: [11, 5],
    pack: (bytes, level) =>
      zlib.brotliCompressSync(bytes, {
        params: {
          [zlib.constants.BROTLI_PARAM_QUALITY]: level,
          [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      }),
    unpack: (bytes, maxOutputLength) => zlib.brotliDecompressSync(bytes, { maxOutputLength }),
  },
};
const MIB = 1024 * 1024;

/**
 * A codec that compresses the bytes of another. Its name is that of the method, and of the other codec: as
 * `gzip+objects/1`.
 *
 * A small entry that would become larger than `maxBytes` is refused before the memory for it is taken. The work is done
 * at once, on the thread of the caller.
 *
 * @example
 * ```ts
 * import { compressed, json, openHive } from 'quorum-rx/hive';
 *
 * const pages = await openHive('memory:', { codec: compressed(json, { method: 'brotli' }) });
 * ```
 */
export function compressed<T>(codec: HiveCodec<T>, options: CompressedOptions = {}): HiveCodec<T> {
  checkHiveCodec('codec', codec);
  const given = knownKeys('options', options, ['method', 'level', 'maxBytes']);
  const name = oneOf('options.method', given.method ?? 'gzip', ['gzip', 'deflate', 'brotli']);
  const { levels, pack, unpack } = METHODS[name];
  const level = integer('options.level', given.level ?? levels[1], 0, levels[0]);
  const most = integer('options.maxBytes', given.maxBytes ?? 64 * MIB, 1, 2 ** 31 - 1);
  return wrappedCodec(codec, {
    name,
    exclusive: false,
    wrap(bytes) {
      if (bytes.length > most) throw new ValueError(`${name}: the value has more than ${most} bytes; see maxBytes`);
      return pack(bytes, level);
    },
    unwrap(bytes) {
      try {
        return unpack(bytes, most);
      } catch (cause) {
        const isLong = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
        const fault = isLong ? `the value has more than ${most} bytes; see maxBytes` : 'the bytes are damaged';
        throw new ValueError(`${name}: ${fault}`, { cause });
      }
    },
  });
}
