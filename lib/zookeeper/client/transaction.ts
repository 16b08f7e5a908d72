import type { Observable } from 'rxjs';
import { knownKeys } from '../../core/check.js';
import { type Codec, checkCodec, encodedBy } from '../../core/codecs.js';
import { situated } from '../../core/errors.js';
import { type Created, createOp } from '../protocol/ops/createOp.js';
import { check, deleteNode } from '../protocol/ops/deleteNode.js';
import { type Guards, type MultiPart, multi, multiAfter } from '../protocol/ops/multi.js';
import { setData } from '../protocol/ops/setData.js';
import type { CallOptions, Exchange } from '../session/exchange.js';
import type { Acl, CreateMode, Stat } from '../types.js';
import { badOptions } from './badOptions.js';

/** How a node is made. */
export interface NodeOptions {
  /** Default `'persistent'`. */
  readonly mode?: CreateMode;
  /** Who may do what. Default: that of `ZooKeeper.with`, or else anyone anything. */
  readonly acl?: readonly Acl[];
  /** For the TTL modes: milliseconds without a change or a child after which the node goes. */
  readonly ttl?: number;
}

/** How an operation of a transaction turns its value into bytes. */
export interface EncodedBy<T> {
  readonly codec: Codec<T>;
}

/** The result of an operation of a transaction: of `create`, of `set`, and of the others. */
export type TransactionResult = Created | Stat | void;

/** A transaction without an operation, as `ZooKeeper.transaction` gives it. */
export type EmptyTransaction<V = Uint8Array | null> = Transaction<readonly TransactionResult[], [], V>;

/** What a transaction takes from its client. */
export interface TransactionBase {
  readonly exchange: Exchange;
  readonly codec: Codec<unknown> | undefined;
  /** Who may do what with a new node, where the caller does not tell. */
  readonly aclOf: (path: string) => readonly Acl[];
}

/** An operation, and those before it: longer transactions share their beginning. */
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
 * `R` is the tuple of results, one for each operation; `P` is what the next operation adds its result to; `V` is the
 * type of values, where no codec is given. A transaction that is built in a loop has a list of results. Write
 * `let all: Transaction = zk.transaction()` where operations follow after the loop: the types of their results are only
 * right with that annotation.
 *
 * @example
 * ```ts
 * import { firstValueFrom } from 'rxjs';
 *
 * const change = zk.transaction().create('/jobs/1').set('/jobs', null).check('/lock');
 * const [created, stat] = await firstValueFrom(change.commit());
 * console.log(created.path, stat.version);
 *
 * let all = zk.transaction();
 * for (const name of ['a', 'b', 'c']) all = all.create(`/jobs/${name}`);
 * console.log((await firstValueFrom(all.commit())).length);
 * ```
 */
export class Transaction<
  R extends readonly unknown[] = readonly TransactionResult[],
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- the next operation infers it from here
  P extends readonly unknown[] = R,
  V = Uint8Array | null,
> {
  readonly #base: TransactionBase;
  readonly #last: Link | undefined;
  readonly #guards: Guards | undefined;

  /** @internal */
  constructor(base: TransactionBase, last?: Link, guards?: Guards) {
    this.#base = base;
    this.#last = last;
    this.#guards = guards;
  }

  /** How many operations there are. */
  get length(): number {
    return (this.#last?.length ?? 0) - (this.#guards?.length ?? 0);
  }

  /** Creates a node. Its result has a `stat` only where the server sends one in transactions. */
  create<Q extends readonly unknown[]>(
    this: Started<Q, V>,
    path: string,
    value?: V,
    options?: NodeOptions
  ): With<Q, Created, V>;
  create<Q extends readonly unknown[], T>(
    this: Started<Q, V>,
    path: string,
    value: T,
    options: NodeOptions & EncodedBy<T>
  ): With<Q, Created, V>;
  create(path: string, value?: unknown, options: NodeOptions & Partial<EncodedBy<unknown>> = {}): never {
    const { aclOf, codec: usual } = this.#base;
    return this.#and('create', path, options, ['mode', 'acl', 'ttl', 'codec'], () => {
      const { mode = 'persistent', acl = aclOf(path), ttl, codec = usual } = options;
      const data = value === undefined ? EMPTY_DATA : encodedBy(codec, value, 'transaction create', path);
      return { op: createOp(mode), request: { path, data, acl, mode, ttl } };
    });
  }

  /** Replaces a node's data; with a `version`, only if that is the node's. */
  set<Q extends readonly unknown[]>(
    this: Started<Q, V>,
    path: string,
    value: V,
    options?: { readonly version?: number }
  ): With<Q, Stat, V>;
  set<Q extends readonly unknown[], T>(
    this: Started<Q, V>,
    path: string,
    value: T,
    options: { readonly version?: number } & EncodedBy<T>
  ): With<Q, Stat, V>;
  set(path: string, value: unknown, options: { readonly version?: number } & Partial<EncodedBy<unknown>> = {}): never {
    return this.#and('set', path, options, ['version', 'codec'], () => {
      const data = encodedBy(options.codec ?? this.#base.codec, value, 'transaction set', path);
      return { op: setData, request: { path, data, version: options.version ?? -1 } };
    });
  }

  /** Deletes a node; with a `version`, only if that is the node's. */
  delete<Q extends readonly unknown[]>(
    this: Started<Q, V>,
    path: string,
    options?: { readonly version?: number }
  ): With<Q, void, V>;
  delete(path: string, options: { readonly version?: number } = {}): never {
    const request = () => ({ path, version: options.version ?? -1 });
    return this.#and('delete', path, options, ['version'], () => ({ op: deleteNode, request: request() }));
  }

  /** Changes nothing, and lets the others through only if the node is there, and is of this version if one is given. */
  check<Q extends readonly unknown[]>(
    this: Started<Q, V>,
    path: string,
    options?: { readonly version?: number }
  ): With<Q, void, V>;
  check(path: string, options: { readonly version?: number } = {}): never {
    const request = () => ({ path, version: options.version ?? -1 });
    return this.#and('check', path, options, ['version'], () => ({ op: check, request: request() }));
  }

  /**
   * Asks for the changes.
   *
   * - **Emits** the results, in the order of the operations, and completes.
   * - **Errors** with the `ServerError` of the operation that was refused: its `index` says which, and nothing was
   *   changed. After a `ConnectionLostError` with effect `'unknown'`, all may have been, or nothing.
   */
  commit(options?: CallOptions): Observable<R> {
    const op = this.#guards === undefined ? multi : multiAfter(this.#guards);
    return (
      (badOptions('transaction', options) as Observable<R> | undefined) ??
      (this.#base.exchange(op, partsOf(this.#last), options) as Observable<unknown> as Observable<R>)
    );
  }

  /** @internal makes conditions of the operations so far: they have no results, and indices begin after them */
  guarding(refused: Guards['refused']): EmptyTransaction<V> {
    return new Transaction(this.#base, this.#last, { length: this.#last?.length ?? 0, refused });
  }

  /** Nothing throws before the commit. */
  #and(
    operation: string,
    path: string,
    options: object,
    keys: readonly string[],
    made: () => { readonly op: unknown; readonly request: unknown }
  ): never {
    let part: object;
    try {
      const { codec } = knownKeys('options', options as { readonly codec?: Codec<unknown> }, keys);
      if (codec !== undefined) checkCodec('options.codec', codec);
      part = made();
    } catch (error) {
      part = {
        op: check,
        request: { path, version: -1 },
        fault: situated(error, { operation: `transaction ${operation}` }),
      };
    }
    const last = { part: part as MultiPart, before: this.#last, length: (this.#last?.length ?? 0) + 1 };
    return transactionOf(this.#base, last, this.#guards) as never;
  }
}

/** Outside of the class, so that bundlers leave it out where it is not used: see docs/architecture.md. */
function transactionOf(base: TransactionBase, last: Link, guards: Guards | undefined): Transaction {
  return new Transaction(base, last, guards);
}

/** A transaction to which an operation is added. */
type Started<Q extends readonly unknown[], V> = Transaction<readonly unknown[], Q, V>;
/** The same, with the result of one more. */
type With<Q extends readonly unknown[], T, V> = Transaction<[...Q, T], [...Q, T], V>;

function partsOf(last: Link | undefined): readonly MultiPart[] {
  const parts = new Array<MultiPart>(last?.length ?? 0);
  for (let link = last; link !== undefined; link = link.before) parts[link.length - 1] = link.part;
  return parts;
}
