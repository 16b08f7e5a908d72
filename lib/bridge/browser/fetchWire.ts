import { type ObservableInput, type ReadableStreamLike, catchError, defer, finalize, switchMap } from 'rxjs';
import { UsageError } from '../../core/errors.js';
import { RemoteError } from '../shared/bridgeError.js';
import { decode } from '../shared/decode.js';
import { encode } from '../shared/encode.js';
import { type Wire, lost } from './wire.js';

/** How requests reach the server. */
export interface FetchOptions {
  /**
   * Headers for each request, such as `authorization`. It is called each time, so a token may be a new one. Cookies of
   * the same origin travel by themselves.
   */
  readonly headers?: () => Record<string, string> | PromiseLike<Record<string, string>>;
  /** Whether cookies travel to another origin. Default `'same-origin'`. */
  readonly credentials?: 'omit' | 'same-origin' | 'include';
  /** Makes the requests. Default: the function `fetch` of the browser. */
  readonly fetch?: typeof fetch;
}

/**
 * The wire over `fetch`. `EventSource` would read a line too, but it sends no headers, hides the status of a refusal,
 * and decides by itself when it connects again.
 *
 * @throws UsageError for an option that it does not know
 */
export function fetchWire(url: string, { headers, credentials, fetch: call = fetch, ...unknown }: FetchOptions): Wire {
  for (const name in unknown) throw new UsageError(`options.${name}`, 'is not known');
  const request = <T>(message?: object) =>
    defer(() => {
      const gone = new AbortController();
      const answer = async () => {
        const response = await call(url, {
          headers: { ...(await headers?.()), 'content-type': 'application/json' },
          signal: gone.signal,
          credentials,
          method: message && 'POST',
          body: message && encode(message),
        } as RequestInit);
        if (response.ok && !message)
          return response.body!.pipeThrough(new TextDecoderStream()) as ReadableStreamLike<T>;
        const text = await response.text();
        if (response.ok) return [decode(text) as T];
        // another server in between sends no error of a bridge
        throw text[0] === '[' ? decode(text) : new Error(`the status is ${response.status}`);
      };
      return defer(answer).pipe(
        switchMap((pieces: ObservableInput<T>) => pieces),
        catchError((error: unknown) => {
          throw error instanceof RemoteError ? error : lost(error, message && 'unknown');
        }),
        finalize(() => gone.abort())
      );
    });
  return { open: request<string>, send: request<unknown> };
}
