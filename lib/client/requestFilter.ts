import { type Observable, defer, filter, isObservable, throwIfEmpty } from 'rxjs';
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
  request: FilteredRequest & { readonly options: O },
  send: (options: O) => Observable<R>
): Observable<R> {
  const [outermost, ...others] = filters;
  if (outermost === undefined) return send(request.options);
  return defer(() => {
    let isSent = false;
    const next = (changes: CallOptions = NONE): Observable<R> => {
      checkCallOptions(knownKeys('options', changes, ['timeout', 'signal']));
      const changed = { ...request, options: { ...request.options, ...changes } };
      return defer(() => {
        isSent = true;
        return filtered(others, changed, send);
      });
    };
    const reply$: unknown = outermost(request, next);
    if (!isObservable(reply$)) throw mistake(request, 'must return an Observable');
    return (reply$ as Observable<R>).pipe(
      filter((_, i) => i === 0),
      throwIfEmpty(() => {
        const error = mistake(request, 'completed without a reply');
        return isSent && !request.readOnly ? withEffect(error, 'unknown') : error;
      })
    );
  });
}

const NONE = {};

function mistake({ operation, path }: FilteredRequest, message: string): UsageError {
  return new UsageError('filter', `${message}, around ${placeOf({ operation, path })}`, { operation, path });
}
