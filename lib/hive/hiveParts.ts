import type { Observable } from 'rxjs';
import { sound } from '../client/sound.js';
import { flag, knownKeys, text } from '../core/check.js';
import type { CellReadOptions } from '../core/contract.js';
import { UsageError } from '../core/errors.js';
import { utf8Length } from '../core/utf8Length.js';
import { Codecs } from './codecs/codecs.js';
import type { HiveCodec } from './codecs/hiveCodec.js';
import type { HiveGround } from './hiveGround.js';
import { Entries } from './entries.js';
import { Heads } from './heads/heads.js';
import { type HiveCells, HivePlaces, type HiveStore } from './hiveStore.js';
import { type HiveOptions, hiveSettings } from './options.js';
import { CleanUps } from './upload/cleanUps.js';
import { Records } from './upload/records.js';
import { Writer } from './writer.js';

/** The parts that the methods of a hive share. */
export class HiveParts<T, V> {
  readonly ground: HiveGround<V>;
  /** The codec that values are written with. */
  readonly codec: HiveCodec<T>;
  readonly writer: Writer<T, V>;
  readonly entries: Entries<T, V>;

  constructor(store: HiveStore<HiveCells<V>>, codec: HiveCodec<T>, options: HiveOptions) {
    const places = new HivePlaces<V>(store);
    const { index } = places;
    const settings = hiveSettings(options, index);
    const codecs = new Codecs(codec);
    this.codec = codec;
    const heads = new Heads<V>(index, settings);
    const records = new Records<V>(index, settings);
    this.ground = { places, heads, records, cleanUps: new CleanUps(), settings };
    this.writer = new Writer(this.ground, codecs);
    this.entries = new Entries(this.ground, codecs, this.writer);
  }

  /** A call about one entry. Its errors name the method and the entry. */
  call<R>(operation: string, alias: string, make: () => Observable<R>): Observable<R> {
    const request = () => {
      this.checkAlias(alias);
      return make();
    };
    return sound(operation, request, () => (typeof alias === 'string' ? alias : undefined));
  }

  checkAlias(alias: string): void {
    const length = utf8Length(text('alias', alias));
    if (length > alias.length && /\p{Surrogate}/u.test(alias))
      throw new UsageError('alias', 'must not contain half a surrogate pair');
    const { maxAliasBytes } = this.ground.settings;
    if (length > 0 && length <= maxAliasBytes) return;
    const code = length === 0 ? 'USAGE' : 'TOO_LARGE';
    throw new UsageError('alias', `must have 1 to ${maxAliasBytes} bytes, not ${length}`, { code });
  }

  /** The option `latest`, beside others that the method has. */
  latest(options: CellReadOptions, others: readonly string[] = []): boolean {
    return flag('options.latest', knownKeys('options', options, ['latest', ...others]).latest ?? false);
  }
}

const PARTS: unique symbol = Symbol('quorum-rx.hive');

/** Gives a hive its parts, for functions that extend it. */
export function withParts<H extends object, T, V>(hive: H, parts: HiveParts<T, V>): H {
  return Object.defineProperty(hive, PARTS, { value: parts });
}

/** The parts of a hive. Throws a `UsageError` that names the argument. */
export function partsOf<T, V>(argument: string, hive: object): HiveParts<T, V> {
  const parts = (hive as { readonly [PARTS]?: HiveParts<T, V> } | undefined)?.[PARTS];
  if (parts !== undefined) return parts;
  throw new UsageError(argument, 'must be a hive, as hive(), rawHive() or openHive() makes it');
}
