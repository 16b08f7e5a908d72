import { codeOf } from './codeOf.js';
import {
  type WrpmeCode,
  type WrpmeFailure,
  error_invalid_command,
  error_invalid_input,
  error_ok,
} from './errorCode.js';
import type { WrpmeHive, WrpmeOptions } from './hiveLink.js';
import { RawClient } from './rawClient.js';

/**
 * A session of wrpme, for the functions that return codes: `connect` binds it to a hive. `await using` closes it.
 *
 * @example
 * ```ts
 * import * as wrpme from 'quorum-rx/hive/wrpme';
 *
 * const handle = wrpme.open();
 * if ((await wrpme.connect(handle, 'memory:', 5909)) === wrpme.error_ok) {
 *   await wrpme.put(handle, 'greeting', 'hello');
 *   const [code, content] = await wrpme.get(handle, 'greeting');
 *   if (code === wrpme.error_ok) console.log(Buffer.from(content).toString());
 * }
 * await wrpme.close(handle);
 * ```
 */
export class Handle implements AsyncDisposable {
  readonly #options: WrpmeOptions;
  #client: RawClient | undefined;
  #isClosed = false;

  /** @internal */
  constructor(options: WrpmeOptions) {
    this.#options = options;
  }

  /** @internal */
  async connect(hive: string | WrpmeHive<Uint8Array>, port: number | undefined): Promise<WrpmeCode> {
    if (this.#isClosed || this.#client !== undefined) return error_invalid_command;
    return codeFrom(async () => {
      const client = (this.#client = new RawClient(hive, port, this.#options));
      try {
        await client.connect();
      } catch (error) {
        if (this.#client === client) this.#client = undefined;
        throw error;
      }
    });
  }

  /** @internal */
  get client(): RawClient | undefined {
    return this.#client;
  }

  /** @internal */
  async close(): Promise<WrpmeCode> {
    const client = this.#client;
    this.#isClosed = true;
    this.#client = undefined;
    return codeFrom(async () => client?.close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Creates a session, which is not connected yet. */
export function open(options: WrpmeOptions = {}): Handle {
  return new Handle(options);
}

/**
 * Binds a session to a hive, and connects to it: to a host and port, to the URL of a hive (the port has no meaning
 * then), or to a hive of bytes. Resolves to a code: `error_invalid_command` for a session that is connected, or closed.
 */
export function connect(handle: Handle, address: string | WrpmeHive<Uint8Array>, port?: number): Promise<WrpmeCode> {
  return handle instanceof Handle ? handle.connect(address, port) : Promise.resolve(error_invalid_input);
}

/** The content of an entry. Resolves to a pair: a code, and the content where that is `error_ok`. */
export async function get(
  handle: Handle,
  alias: string
): Promise<readonly [typeof error_ok, Uint8Array] | readonly [WrpmeFailure, undefined]> {
  let content: Uint8Array | undefined;
  const code = await withClient(handle, async (client) => {
    content = await client.get(alias);
  });
  return code === error_ok ? [code, content!] : [code, undefined];
}

/** Makes an entry. Resolves to a code: `error_alias_already_exists` if there is such an entry. */
export function put(handle: Handle, alias: string, content: Uint8Array | string): Promise<WrpmeCode> {
  return withClient(handle, (client) => client.put(alias, content));
}

/** Writes an entry, and makes it if need be. Resolves to a code. */
export function update(handle: Handle, alias: string, content: Uint8Array | string): Promise<WrpmeCode> {
  return withClient(handle, (client) => client.update(alias, content));
}

/** Deletes an entry. Resolves to a code: `error_alias_not_found` if there is none. */
export function remove(handle: Handle, alias: string): Promise<WrpmeCode> {
  return withClient(handle, (client) => client.delete(alias));
}

/** Ends a session, and closes the hive that it has opened. Resolves to a code. */
export function close(handle: Handle): Promise<WrpmeCode> {
  return handle instanceof Handle ? handle.close() : Promise.resolve(error_invalid_input);
}

async function withClient(handle: Handle, work: (client: RawClient) => Promise<void>): Promise<WrpmeCode> {
  if (!(handle instanceof Handle)) return error_invalid_input;
  const { client } = handle;
  return client === undefined ? error_invalid_command : codeFrom(() => work(client));
}

async function codeFrom(work: () => Promise<void>): Promise<WrpmeCode> {
  try {
    await work();
    return error_ok;
  } catch (error) {
    return codeOf(error);
  }
}
