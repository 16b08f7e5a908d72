import { flag, knownKeys } from '../../../core/check.js';
import { ProtocolError } from '../../../core/errors.js';
import type { RequestOp, ResponseOp, TxnRequest, TxnResponse } from '../protocol/kv.js';
import type { Draft } from '../protocol/message.js';
import type { KeyRange, KeyValue } from './keyValue.js';
import { RANGE_KEYS, READ_KEYS, rangeRequest, rangeResult, readRequest } from './rangeRequest.js';
import type {
  DeleteOptions,
  DeleteResult,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
  ReadOptions,
} from './requestOptions.js';
import type { ViewCodec } from './viewCodec.js';
import { PUT_KEYS, deleteResult, putRequest, putResult } from './writeRequest.js';

/** One operation of a transaction. */
export interface BranchStep {
  readonly op: Draft<RequestOp>;
  readonly isRead: boolean;
  decode(response: ResponseOp | undefined): unknown;
}

/**
 * The result of a transaction: the results of the operations that were done, one for each, in their order.
 *
 * @typeParam S the results if all conditions held
 * @typeParam F the results if one did not
 */
export type TransactionResult<S extends readonly unknown[], F extends readonly unknown[]> =
  | { readonly succeeded: true; readonly revision: number; readonly results: S }
  | { readonly succeeded: false; readonly revision: number; readonly results: F };

/** A transaction inside another, as far as a branch needs it. */
export interface NestedTransaction<S extends readonly unknown[], F extends readonly unknown[]> {
  readonly isRead: boolean;
  /** The first mistake in its arguments. */
  readonly fault: unknown;
  request(): Draft<TxnRequest>;
  decode(response: TxnResponse): TransactionResult<S, F>;
}

/** The options of an operation in a transaction: those of a call are the transaction's. */
type InTransaction<O> = Omit<O, 'timeout' | 'signal'>;

/**
 * The operations of one branch of a transaction. Each method returns a longer branch, and leaves this one as it is. `R`
 * is the tuple of their results. A branch that grows in a loop has a list of them: declare it as `Branch`.
 */
export class Branch<R extends readonly unknown[] = readonly unknown[], K = string, V = Uint8Array> {
  /** @internal */
  readonly steps: readonly BranchStep[];
  readonly #code: ViewCodec<K, V>;

  /** @internal */
  constructor(code: ViewCodec<K, V>, steps: readonly BranchStep[] = []) {
    this.#code = code;
    this.steps = steps;
  }

  /** Reads a key. Its result is `undefined` where there is none. */
  get(key: K, options: InTransaction<ReadOptions> = {}): Branch<[...R, KeyValue<K, V> | undefined], K, V> {
    knownKeys('options', options, READ_KEYS);
    const requestRange = readRequest({ key: this.#code.key(key), rangeEnd: NOTHING }, options);
    return this.#and({ requestRange }, true, ({ responseRange }) =>
      this.#code.keyValueIfAny(present(responseRange).kvs[0])
    );
  }

  /** Reads a range. */
  range(
    range: KeyRange<K>,
    options: InTransaction<RangeOptions> = {}
  ): Branch<[...R, RangeResult<KeyValue<K, V>>], K, V> {
    knownKeys('options', options, RANGE_KEYS);
    const requestRange = rangeRequest(this.#code.range(range), options);
    return this.#and({ requestRange }, true, ({ responseRange }) =>
      rangeResult(present(responseRange), this.#code.keyValueOf)
    );
  }

  /** Writes a key. */
  put(key: K, value: V, options: InTransaction<PutOptions> = {}): Branch<[...R, PutResult<K, V>], K, V> {
    knownKeys('options', options, PUT_KEYS);
    const requestPut = putRequest(this.#code.key(key), this.#code.value(value), options);
    return this.#and({ requestPut }, false, ({ responsePut }) => putResult(present(responsePut), this.#code));
  }

  /** Deletes a key, if there is one. */
  delete(key: K, options: InTransaction<DeleteOptions> = {}): Branch<[...R, DeleteResult<K, V>], K, V> {
    return this.#delete({ key: this.#code.key(key) }, options);
  }

  /** Deletes all keys of a range. */
  deleteRange(
    range: KeyRange<K>,
    options: InTransaction<DeleteOptions> = {}
  ): Branch<[...R, DeleteResult<K, V>], K, V> {
    return this.#delete(this.#code.range(range), options);
  }

  /** Does another transaction, whose conditions are checked in its place. */
  transaction<S extends readonly unknown[], F extends readonly unknown[]>(
    inner: NestedTransaction<S, F>
  ): Branch<[...R, TransactionResult<S, F>], K, V> {
    if (inner.fault !== undefined) throw inner.fault as Error;
    return this.#and({ requestTxn: inner.request() }, inner.isRead, ({ responseTxn }) =>
      inner.decode(present(responseTxn))
    );
  }

  #delete(
    range: { readonly key: Uint8Array },
    options: InTransaction<DeleteOptions>
  ): Branch<[...R, DeleteResult<K, V>], K, V> {
    const { previous = false } = knownKeys('options', options, ['previous']);
    const requestDeleteRange = { ...range, prevKv: flag('options.previous', previous) };
    return this.#and({ requestDeleteRange }, false, ({ responseDeleteRange }) =>
      deleteResult(present(responseDeleteRange), this.#code)
    );
  }

  #and<T>(op: Draft<RequestOp>, isRead: boolean, decode: (response: ResponseOp) => T): Branch<[...R, T], K, V> {
    const step: BranchStep = { op, isRead, decode: (response) => decode(present(response)) };
    return branchOf<[...R, T], K, V>(this.#code, [...this.steps, step]);
  }
}

/** Outside of the class, so that bundlers leave it out where it is not used: see docs/architecture.md. */
function branchOf<R extends readonly unknown[], K, V>(
  code: ViewCodec<K, V>,
  steps: readonly BranchStep[]
): Branch<R, K, V> {
  return new Branch(code, steps);
}

const NOTHING = new Uint8Array(0);

/** A part of an answer that must be there. */
function present<T>(part: T | undefined): T {
  if (part === undefined) throw new ProtocolError('the answer to a transaction has another form than the request');
  return part;
}
