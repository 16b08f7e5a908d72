import { raw } from '../codecs/hiveCodec.js';
import { HiveLink, type WrpmeHive, type WrpmeOptions } from './hiveLink.js';
import { InvalidInput } from './wrpmeException.js';

/**
 * wrpme's client for bytes, which are stored as they are. Text is stored in UTF-8, and read as bytes. Methods reject
 * with a {@link WrpmeException}; an empty alias or content is an `InvalidInput`.
 *
 * @example
 * ```ts
 * import * as wrpme from 'quorum-rx/hive/wrpme';
 *
 * await using cl = new wrpme.RawClient('memory:');
 * await cl.put('greeting', 'hello');
 * console.log(Buffer.from(await cl.get('greeting')).toString());
 * ```
 */
export class RawClient implements AsyncDisposable {
  readonly #link: HiveLink<Uint8Array>;

  /**
   * @param hive a host, the URL of a hive (see `openHive`), or a hive of bytes
   * @param port of the host; without a meaning beside a URL or a hive
   */
  constructor(hive: string | WrpmeHive<Uint8Array>, port?: number, options: WrpmeOptions = {}) {
    this.#link = new HiveLink(hive, port, raw, options);
  }

  /** Opens the hive. */
  async connect(): Promise<void> {
    await this.#link.connect();
  }

  /** Makes an entry. Rejects with `AliasAlreadyExists`. */
  async put(alias: string, content: Uint8Array | string): Promise<void> {
    const bytes = bytesOf(content);
    await this.#link.ask((hive) => hive.put(alias, bytes));
  }

  /** The content of an entry, whichever client wrote it. Rejects with `AliasNotFound`. */
  async get(alias: string): Promise<Uint8Array> {
    return this.#link.ask((hive) => hive.getRaw(alias));
  }

  /** Writes an entry, and makes it if need be. */
  async update(alias: string, content: Uint8Array | string): Promise<void> {
    const bytes = bytesOf(content);
    await this.#link.ask((hive) => hive.update(alias, bytes));
  }

  /** Deletes an entry. Rejects with `AliasNotFound`. */
  async delete(alias: string): Promise<void> {
    await this.#link.ask((hive) => hive.delete(alias));
  }

  /** Closes the hive, if this client has opened it. Later requests reject with `InvalidCommand`. */
  close(): Promise<void> {
    return this.#link.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function bytesOf(content: Uint8Array | string): Uint8Array {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  if (!(bytes instanceof Uint8Array)) throw new InvalidInput('content: must be a string or a Uint8Array');
  if (bytes.length === 0) throw new InvalidInput('content: must not be empty');
  return bytes;
}
