import { ValueError, json as jsonText } from '../../core/codecs.js';
import { type HiveCodec, raw, text } from './hiveCodec.js';
import { objects } from './objects.js';

/** JSON, which programs in other languages can read. */
export const json: HiveCodec<unknown> = {
  name: 'json',
  encode: (value) => jsonText<unknown>().encode(value)!,
  decode: (bytes) => jsonText<unknown>().decode(bytes),
};

const BUILT_IN = [objects, json, text, raw] as readonly HiveCodec<unknown>[];

/** Finds the codec that wrote an entry. */
export class Codecs<T> {
  readonly own: HiveCodec<T>;
  readonly #byName: ReadonlyMap<string, HiveCodec<unknown>>;

  constructor(own: HiveCodec<T>) {
    this.own = own;
    this.#byName = new Map([...BUILT_IN, own].map((codec) => [codec.name, codec as HiveCodec<unknown>]));
  }

  /** The value of content that the codec with this name wrote. Throws a `ValueError`. */
  decode(name: string, content: Uint8Array): T {
    const codec = this.#byName.get(name);
    if (codec === undefined) throw new ValueError(`no codec is called ${name}; getRaw reads the bytes`);
    return codec.decode(content) as T;
  }
}
