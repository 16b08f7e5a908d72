import { Observable, Subscriber, type TeardownLogic, isObservable } from 'rxjs';
import { array, callable, knownKeys } from '../core/check.js';
import { UsageError, withEffect } from '../core/errors.js';
import { placeOf } from '../core/failures.js';
import { type CallOptions, checkCallOptions } from './callOptions.js';
import type { StoreName } from './clientStats.js';

/** One request, as a filter sees it. */
export interface FilteredRequest {
  readonly store: StoreName;
  /** The name of the method, as in `stats()`. A method that needs several requests has several names. */
  readonly operation: string;
  /** The path or the key, as the caller named it, if the request is about one. */
  readonly path: string | undefined;
  /** Whether it changes nothing, so that it may be sent again. */
  readonly readOnly: boolean;
  /** Its arguments, as the protocol of the store has them. They are to be read only. */
  readonly args: unknown;
  /** Its timeout and its signal, if it has any, with the other options of its store. */
  readonly options: CallOptions;
}

/**
 * Something of your own around each request: for retries, tracing, metrics, or faults in a test.
 *
 * It is called for each subscription to a request, and returns the Observable of the reply. `next(changes)` sends the
 * request when it is subscribed to; the changes are another `timeout` or `signal`.
 *
 * - **Emits** a reply, which is that of `next`: only the first value counts.
 * - **Completes** after the reply. Without one, the request errors with a `UsageError` that names `filter`.
 * - **Errors** of the filter are errors of this request alone. It may subscribe to `next()` again, and so send the
 *   request again.
 * - **Unsubscribing** reaches the filter, and through `next` the request.
 *
 * @example
 * ```ts
 * import { type RequestFilter, connect } from 'quorum-rx';
 * import { tap } from 'rxjs';
 *
 * const slow: RequestFilter = (request, next) => {
 *   const began = performance.now();
 *   return next().pipe(
 *     tap(() => {
 *       const took = performance.now() - began;
 *       if (took > 100) console.log(request.operation, request.path, took);
 *     })
 *   );
 * };
 * connect('zk1:2181', { use: [slow] }).subscribe();
 * ```
 */
export type RequestFilter = <R>(
  request: FilteredRequest,
  next: (changes?: CallOptions) => Observable<R>
) => Observable<R>;

/** Checks the option `use`: the filters around each request, the outermost first. */
export function filtersOf(filters: readonly RequestFilter[] = []): readonly RequestFilter[] {
  return array('options.use', filters).map((each, i) => callable(`options.use[${i}]`, each));
}

/**
 * A request with its filters around it.
 *
 * @param send sends it once per subscription, with these options
 */
export function filtered<R, O extends CallOptions>(
  filters: readonly RequestFilter[],
  request: Filtered<O>,
  send: (options: O) => Observable<R>
): Observable<R> {
  return around(filters, 0, request, send);
}

type Filtered<O> = FilteredRequest & { readonly options: O };

/** A request with the filters around it that begin at `place`. They are few objects: it is made for each request. */
function around<R, O extends CallOptions>(
  filters: readonly RequestFilter[],
  place: number,
  request: Filtered<O>,
  send: (options: O) => Observable<R>
): Observable<R> {
  const outermost = filters[place];
  if (outermost === undefined) return send(request.options);
  return new Observable((subscriber) => {
    let isSent = false;
    const next = (changes?: CallOptions) => {
      const changed = changes === undefined ? request : withChanges(request, changes);
      return new Observable<R>((inner) => {
        isSent = true;
        return around(filters, place + 1, changed, send).subscribe(inner);
      });
    };
    const reply$: unknown = outermost(request, next);
    if (!isObservable(reply$)) throw mistake(request, 'must return an Observable');
    return firstOf(reply$ as Observable<R>, subscriber, () => {
      const error = mistake(request, 'completed without a reply');
      return isSent && !request.readOnly ? withEffect(error, 'unknown') : error;
    });
  });
}

function withChanges<O extends CallOptions>(request: Filtered<O>, changes: CallOptions): Filtered<O> {
  checkCallOptions(knownKeys('options', changes, ['timeout', 'signal']));
  return { ...request, options: { ...request.options, ...changes } };
}

/** Delivers the first value alone, and `missing` when there is none. */
function firstOf<R>(reply$: Observable<R>, subscriber: Subscriber<R>, missing: () => unknown): TeardownLogic {
  let isAnswered = false;
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- it can be left before `subscribe` returns
  const inner = new Subscriber<R>({
    next: (value: R) => {
      if (isAnswered) return;
      isAnswered = true;
      subscriber.next(value);
    },
    error: (error: unknown) => subscriber.error(error),
    complete: () => (isAnswered ? subscriber.complete() : subscriber.error(missing())),
  });
  subscriber.add(inner);
  return reply$.subscribe(inner);
}

function mistake({ operation, path }: FilteredRequest, message: string): UsageError {
  return new UsageError('filter', `${message}, around ${placeOf({ operation, path })}`, { operation, path });
}
