import { ValueError, json as jsonText } from '../../core/codecs.js';
import { type HiveCodec, checkHiveCodec, raw, text } from './hiveCodec.js';
import { objects } from './objects.js';

/** JSON, which programs in other languages can read. */
export const json: HiveCodec<unknown> = {
  name: 'json',
  encode: (value) => jsonText<unknown>().encode(value)!,
  decode: (bytes) => jsonText<unknown>().decode(bytes),
};

const BUILT_IN = [objects, json, text, raw] as readonly HiveCodec<unknown>[];

/** The codec that a hive writes with, and those that it reads with. Finds the codec that wrote an entry. */
export class Codecs<T> {
  readonly own: HiveCodec<T>;
  readonly #byName: ReadonlyMap<string, HiveCodec<unknown>>;

  constructor(own: HiveCodec<T>) {
    this.own = checkHiveCodec('codec', own);
    this.#byName = new Map([...BUILT_IN, own].map((codec) => [codec.name, codec]));
  }

  /** The value of content that the codec with this name wrote. Throws a `ValueError`. */
  decode(name: string, content: Uint8Array): T {
    if (this.own.exclusive === true && name !== this.own.name)
      throw new ValueError(`the codec ${name} wrote the value, and this hive reads ${this.own.name} only`);
    const codec = this.#byName.get(name);
    if (codec === undefined) throw new ValueError(`no codec is called ${name}; getRaw reads the bytes`);
    return codec.decode(content) as T;
  }

  /** The content of a value. Throws an error of any kind. */
  encode(value: T): Uint8Array {
    const content = this.own.encode(value);
    if (content instanceof Uint8Array) return content;
    throw new ValueError(`${this.own.name}: the codec has made no Uint8Array`);
  }
}
