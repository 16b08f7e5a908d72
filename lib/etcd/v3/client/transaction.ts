import { type Observable, throwError } from 'rxjs';
import type { CallOptions } from '../../../client/callOptions.js';
import { sound } from '../../../client/sound.js';
import { callable } from '../../../core/check.js';
import { situated } from '../../../core/errors.js';
import type { Compare, TxnRequest, TxnResponse } from '../protocol/kv.js';
import type { Draft } from '../protocol/message.js';
import { txn } from '../protocol/methods.js';
import type { Exchange } from '../session/exchange.js';
import { Branch, type BranchStep, type TransactionResult } from './branch.js';
import { type Condition, comparesOf } from './condition.js';
import type { KeyRange } from './keyValue.js';
import type { ViewCodec } from './viewCodec.js';

/** The parts of a client that a transaction works with. */
export interface TransactionBase<K, V> {
  readonly exchange: Exchange;
  readonly code: ViewCodec<K, V>;
  /** Refuses what are no options of a request. */
  checked(options: CallOptions | undefined): CallOptions;
}

/** The parts of a transaction so far. */
interface Parts {
  readonly compare: readonly Draft<Compare>[];
  readonly success: readonly BranchStep[];
  readonly failure: readonly BranchStep[];
  /** The first mistake, which the commit reports. */
  readonly fault: unknown;
}

const NOTHING: Parts = { compare: [], success: [], failure: [], fault: undefined };

/**
 * Conditions, the operations to do if all of them hold, and those to do if not: all at one revision. Each method
 * returns another transaction, and leaves this one as it is. Nothing is sent before {@link commit} is subscribed to.
 *
 * etcd takes 128 operations in each branch, and each key may be written once.
 *
 * @example
 * ```ts
 * etcd
 *   .transaction()
 *   .when('leader', { exists: false })
 *   .do((t) => t.put('leader', data).get('term'))
 *   .otherwise((t) => t.get('leader'))
 *   .commit()
 *   .subscribe((done) => {
 *     if (done.succeeded) console.log('leader at revision', done.revision, done.results[1]?.value);
 *     else console.log('there is a leader', done.results[0]?.createRevision);
 *   });
 * ```
 */
export class Transaction<S extends readonly unknown[], F extends readonly unknown[], K = string, V = Uint8Array> {
  readonly #base: TransactionBase<K, V>;
  readonly #parts: Parts;

  /** @internal */
  constructor(base: TransactionBase<K, V>, parts: Parts = NOTHING) {
    this.#base = base;
    this.#parts = parts;
  }

  /** Adds a condition on a key, or on each key of a range. */
  when(key: K | KeyRange<K>, condition: Condition<V>): Transaction<S, F, K, V> {
    return this.#with(() => {
      const { code } = this.#base;
      const compares = comparesOf(code.place(key), condition, code as unknown as ViewCodec<never, V>);
      return { compare: [...this.#parts.compare, ...compares] };
    });
  }

  /** Sets the operations for when all conditions hold, or there is none. */
  do<R extends readonly unknown[]>(steps: (branch: Branch<[], K, V>) => Branch<R, K, V>): Transaction<R, F, K, V> {
    return this.#with(() => ({ success: this.#steps(steps) })) as unknown as Transaction<R, F, K, V>;
  }

  /** Sets the operations for when a condition does not hold. */
  otherwise<R extends readonly unknown[]>(
    steps: (branch: Branch<[], K, V>) => Branch<R, K, V>
  ): Transaction<S, R, K, V> {
    return this.#with(() => ({ failure: this.#steps(steps) })) as unknown as Transaction<S, R, K, V>;
  }

  /**
   * Does the transaction.
   *
   * - **Emits** the result, and completes. That a condition did not hold is a result too.
   * - **Errors** with a `UsageError` about the first argument at fault, or a `ServerError`: then nothing was changed.
   *   After an error with the effect `'unknown'`, all may have been changed, or nothing.
   */
  commit(options?: CallOptions): Observable<TransactionResult<S, F>> {
    const { fault, isRead } = this;
    const { exchange, checked } = this.#base;
    if (fault !== undefined) return throwError(() => situated(fault, { operation: 'transaction' }) as Error);
    const method = isRead ? { ...txn, isRead } : txn;
    return sound('transaction', () =>
      exchange(method, this.request(), { operation: 'transaction' }, checked(options), { decode: this.decode })
    );
  }

  /** @internal */
  request(): Draft<TxnRequest> {
    const { compare, success, failure } = this.#parts;
    const ops = (steps: readonly BranchStep[]) => steps.map(({ op }) => op);
    return { compare, success: ops(success), failure: ops(failure) };
  }

  /** @internal */
  get isRead(): boolean {
    return [...this.#parts.success, ...this.#parts.failure].every((step) => step.isRead);
  }

  /** @internal */
  get fault(): unknown {
    return this.#parts.fault;
  }

  /** @internal */
  readonly decode = ({ succeeded, header, responses }: TxnResponse): TransactionResult<S, F> => {
    const steps = succeeded ? this.#parts.success : this.#parts.failure;
    const results = steps.map((step, i) => step.decode(responses[i]));
    return { succeeded, revision: header?.revision ?? 0, results } as unknown as TransactionResult<S, F>;
  };

  #steps(steps: (branch: Branch<[], K, V>) => Branch<readonly unknown[], K, V>): readonly BranchStep[] {
    return callable('steps', steps)(new Branch(this.#base.code)).steps;
  }

  /** Nothing throws before the commit. */
  #with(more: () => Partial<Parts>): Transaction<S, F, K, V> {
    let changed: Partial<Parts>;
    try {
      changed = more();
    } catch (error) {
      changed = { fault: this.#parts.fault ?? error };
    }
    return transactionOf(this.#base, { ...this.#parts, ...changed });
  }
}

/** Outside of the class, so that bundlers leave it out where it is not used: see docs/architecture.md. */
function transactionOf<S extends readonly unknown[], F extends readonly unknown[], K, V>(
  base: TransactionBase<K, V>,
  parts: Parts
): Transaction<S, F, K, V> {
  return new Transaction(base, parts);
}
