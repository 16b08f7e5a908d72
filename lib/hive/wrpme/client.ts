import { objects } from '../codecs/objects.js';
import { type WrpmeKey, aliasOf } from './aliasOf.js';
import { HiveLink, type WrpmeHive, type WrpmeOptions } from './hiveLink.js';

/**
 * wrpme's client for objects. Values go through the codec `objects`, or through that of a hive that is given. Methods
 * reject with a {@link WrpmeException}.
 *
 * The first request opens the hive; `connect` does so before.
 *
 * @example
 * ```ts
 * import * as wrpme from 'quorum-rx/hive/wrpme';
 *
 * await using cl = new wrpme.Client('memory:');
 *
 * async function save(id: string, value: unknown) {
 *   try {
 *     await cl.put(id, value);
 *   } catch (error) {
 *     if (!(error instanceof wrpme.AliasAlreadyExists)) throw error;
 *     await cl.update(id, value);
 *   }
 * }
 *
 * await save('ada', { born: new Date('1815-12-10') });
 * console.log(await cl.get('ada'));
 * ```
 */
export class Client implements AsyncDisposable {
  readonly #link: HiveLink<unknown>;

  /**
   * @param hive a host, the URL of a hive (see `openHive`), or a hive
   * @param port of the host; without a meaning beside a URL or a hive
   */
  constructor(hive: string | WrpmeHive<unknown>, port?: number, options: WrpmeOptions = {}) {
    this.#link = new HiveLink(hive, port, objects, options);
  }

  /** Opens the hive. */
  async connect(): Promise<void> {
    await this.#link.connect();
  }

  /** Makes an entry. Rejects with `AliasAlreadyExists`. */
  async put(key: WrpmeKey, value: unknown): Promise<void> {
    const alias = aliasOf(key);
    await this.#link.ask((hive) => hive.put(alias, value));
  }

  /** The value of an entry. Rejects with `AliasNotFound`. */
  async get(key: WrpmeKey): Promise<unknown> {
    const alias = aliasOf(key);
    return this.#link.ask((hive) => hive.get(alias));
  }

  /** Writes an entry, and makes it if need be. */
  async update(key: WrpmeKey, value: unknown): Promise<void> {
    const alias = aliasOf(key);
    await this.#link.ask((hive) => hive.update(alias, value));
  }

  /** Deletes an entry. Rejects with `AliasNotFound`. */
  async delete(key: WrpmeKey): Promise<void> {
    const alias = aliasOf(key);
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
