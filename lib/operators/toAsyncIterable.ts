import { type Observable, type Subscription, takeWhile, tap } from 'rxjs';
import { Ring } from '../bytes/ring.js';
import { integer, knownKeys, oneOf } from '../core/check.js';
import { CoordinationError } from '../core/errors.js';

declare module '../core/errors.js' {
  interface KnownErrors {
    readonly operators: OverflowError;
  }
}

/** The choice for a value when the loop is too slow and the buffer is full. */
export type Overflow = 'error' | 'latest' | 'drop-oldest';

/** How much {@link toAsyncIterable} keeps for a busy loop, and which values it drops. */
export interface AsyncIterableOptions {
  /** How many values may wait. Default 256. */
  readonly buffer?: number;
  /**
   * - `'error'` (the default): unsubscribes; the loop gets the buffered values, and then an {@link OverflowError}.
   * - `'drop-oldest'`: the newest `buffer` values are kept.
   * - `'latest'`: only the newest value is kept, whatever `buffer` says. Right for values that are states, such as a
   *   watch.
   */
  readonly overflow?: Overflow;
}

/** The loop did not keep up with its source. */
export class OverflowError extends CoordinationError {
  readonly layer = 'usage';
  declare readonly code: 'OVERFLOW';
  readonly effect = 'none';

  constructor(buffer: number) {
    super('OVERFLOW', `more than ${buffer} values wait; take them sooner, or choose what to drop with 'overflow'`);
  }
}

const OVERFLOWS: readonly Overflow[] = ['error', 'latest', 'drop-oldest'];

/**
 * Reads an Observable with `for await`, over a buffer that has a bound.
 *
 * A source that is an `AsyncIterable` itself, and so can be held back, such as `getDb` of Arakoon, is read as that.
 * Otherwise nothing holds an Observable back while the loop is busy, so values that arrive meanwhile wait in the
 * buffer. A source that emits synchronously delivers all it has before the loop takes its second value, and so needs a
 * buffer that holds it.
 *
 * Every loop is a subscription of its own, made when it asks for its first value. The loop gets each value in order,
 * and ends, or throws, as the source does, after the buffered values. Leaving it (`break`, `return`, `throw`)
 * unsubscribes, and so does the iterator's `return()` while a value is still awaited.
 *
 * @example
 * for await (const node of toAsyncIterable(zk.watch('/config'), { overflow: 'latest' })) {
 *   await apply(node);
 *   if (done) break; // unsubscribes
 * }
 */
export function toAsyncIterable<T>(source$: Observable<T>, options: AsyncIterableOptions = {}): AsyncIterable<T> {
  if (Symbol.asyncIterator in source$) return source$ as AsyncIterable<T>;
  return { [Symbol.asyncIterator]: () => new Pull(source$, options) };
}

interface Waiter<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** One loop over one subscription. At most one of `#values` and `#waiters` holds anything. */
class Pull<T> implements AsyncIterator<T, undefined> {
  readonly #values = new Ring<T>();
  readonly #waiters = new Ring<Waiter<T>>();
  readonly #buffer: number;
  readonly #overflow: Overflow;
  #source$: Observable<T> | undefined; // until it is subscribed to
  #subscription: Subscription | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined; // until someone has been told

  constructor(source$: Observable<T>, options: AsyncIterableOptions) {
    const { buffer = 256, overflow = 'error' } = knownKeys('options', options, ['buffer', 'overflow']);
    integer('options.buffer', buffer, 1, 2 ** 31 - 1);
    this.#overflow = oneOf('options.overflow', overflow, OVERFLOWS);
    this.#buffer = overflow === 'latest' ? 1 : buffer;
    this.#source$ = source$;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      if (this.#source$ === undefined) this.#settle();
      else this.#start(this.#source$);
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#values.clear();
    this.#failure = undefined;
    this.#source$ = undefined;
    this.#end();
    this.#subscription?.unsubscribe();
    return Promise.resolve({ done: true, value: undefined });
  }

  #start(source$: Observable<T>): void {
    this.#source$ = undefined;
    const taken$ = source$.pipe(
      // eslint-disable-next-line rxjs-x/no-ignored-takewhile-value -- the loop ends the subscription, not a value
      takeWhile(() => !this.#ended), // the loop may be left before subscribing is over
      tap((value) => this.#take(value)) // in `tap`: an error that it throws ends the subscription
    );
    this.#subscription = taken$.subscribe({
      error: (error: unknown) => this.#end({ error }),
      complete: () => this.#end(),
    });
    if (this.#ended) this.#subscription.unsubscribe();
  }

  #take(value: T): void {
    if (this.#values.length === this.#buffer) {
      if (this.#overflow === 'error') throw new OverflowError(this.#buffer);
      this.#values.shift();
    }
    this.#values.push(value);
    this.#settle();
  }

  #end(failure?: { readonly error: unknown }): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#settle();
  }

  /** Answers whom it can: first with values, and after the end with the failure, once, and then with the end. */
  #settle(): void {
    while (this.#waiters.length > 0 && (this.#values.length > 0 || this.#ended)) {
      const { resolve, reject } = this.#waiters.shift()!;
      if (this.#values.length > 0) resolve({ done: false, value: this.#values.shift()! });
      else if (this.#failure === undefined) resolve({ done: true, value: undefined });
      else {
        reject(this.#failure.error);
        this.#failure = undefined;
      }
    }
  }
}
