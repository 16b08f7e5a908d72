import type { Observable } from 'rxjs';
import { knownKeys } from '../../core/check.js';
import { OPEN_ACL } from '../acl.js';
import { type Created, createOp } from '../protocol/ops/createOp.js';
import { check, deleteNode } from '../protocol/ops/deleteNode.js';
import { type MultiPart, multi } from '../protocol/ops/multi.js';
import { setData } from '../protocol/ops/setData.js';
import type { CallOptions, Exchange } from '../session/exchange.js';
import type { Acl, CreateMode, Stat } from '../types.js';
import { badOptions } from './badOptions.js';

/** How a node is made. */
export interface NodeOptions {
  /** Default `'persistent'`. */
  readonly mode?: CreateMode;
  /** Who may do what. Default: anyone anything. */
  readonly acl?: readonly Acl[];
  /** For the TTL modes: milliseconds without a change or a child after which the node goes. */
  readonly ttl?: number;
}

/** An operation, and those before it: longer transactions share what they begin with. */
interface Link {
  readonly part: MultiPart;
  readonly before: Link | undefined;
  readonly length: number;
}

/** Bytes of no data. */
export const EMPTY_DATA: Uint8Array = new Uint8Array(0);

/**
 * Several changes that happen together or not at all. Each method returns a longer transaction and leaves this one as
 * it is; nothing is sent before {@link commit} is subscribed to.
 *
 * `R` is the tuple of results, one for each operation.
 *
 * @example
 * ```ts
 * import { firstValueFrom } from 'rxjs';
 *
 * const [created, stat] = await firstValueFrom(zk.transaction().create('/jobs/1').set('/jobs', null).check('/lock').commit());
 * console.log(created.path, stat.version);
 * ```
 */
export class Transaction<R extends readonly unknown[] = []> {
  readonly #exchange: Exchange;
  readonly #last: Link | undefined;

  /** @internal */
  constructor(exchange: Exchange, last?: Link) {
    this.#exchange = exchange;
    this.#last = last;
  }

  /** How many operations there are. */
  get length(): number {
    return this.#last?.length ?? 0;
  }

  /** Creates a node. Its result has a `stat` only where the server sends one in transactions. */
  create(path: string, data: Uint8Array | null = EMPTY_DATA, options: NodeOptions = {}): Transaction<[...R, Created]> {
    const fault = faultIn(options, ['mode', 'acl', 'ttl']);
    const { mode = 'persistent', acl = OPEN_ACL, ttl } = fault === undefined ? options : {};
    return this.#and({ op: createOp(mode), request: { path, data, acl, mode, ttl }, fault });
  }

  /** Replaces a node's data; with a `version`, only if that is the node's. */
  set(path: string, data: Uint8Array | null, options: { readonly version?: number } = {}): Transaction<[...R, Stat]> {
    const fault = faultIn(options, ['version']);
    return this.#and({ op: setData, request: { path, data, version: options?.version ?? -1 }, fault });
  }

  /** Deletes a node; with a `version`, only if that is the node's. */
  delete(path: string, options: { readonly version?: number } = {}): Transaction<[...R, void]> {
    const fault = faultIn(options, ['version']);
    return this.#and({ op: deleteNode, request: { path, version: options?.version ?? -1 }, fault });
  }

  /** Changes nothing, and lets the others through only if the node is there, and is of this version if one is given. */
  check(path: string, options: { readonly version?: number } = {}): Transaction<[...R, void]> {
    const fault = faultIn(options, ['version']);
    return this.#and({ op: check, request: { path, version: options?.version ?? -1 }, fault });
  }

  /**
   * Asks for the changes.
   *
   * - **Emits** the results, in the order of the operations, and completes.
   * - **Errors** with the `ServerError` of the operation that was refused: its `index` says which, and nothing was
   *   changed. After a `ConnectionLostError` with effect `'unknown'`, all may have been, or nothing.
   */
  commit(options?: CallOptions): Observable<R> {
    return (
      (badOptions('transaction', options) as Observable<R> | undefined) ??
      (this.#exchange(multi, partsOf(this.#last), options) as Observable<unknown> as Observable<R>)
    );
  }

  #and<T>(part: { readonly op: unknown; readonly request: unknown; readonly fault: unknown }): Transaction<[...R, T]> {
    return new Transaction(this.#exchange, { part: part as MultiPart, before: this.#last, length: this.length + 1 });
  }
}

/** What is wrong with the options of an operation. Nothing throws before the commit. */
function faultIn(options: object, keys: readonly string[]): unknown {
  try {
    knownKeys('options', options, keys);
    return undefined;
  } catch (error) {
    return error;
  }
}

function partsOf(last: Link | undefined): readonly MultiPart[] {
  const parts = new Array<MultiPart>(last?.length ?? 0);
  for (let link = last; link !== undefined; link = link.before) parts[link.length - 1] = link.part;
  return parts;
}
