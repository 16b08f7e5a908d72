import {
  type Observable,
  type ObservableInput,
  catchError,
  defer,
  finalize,
  from,
  map,
  switchMap,
  throwError,
} from 'rxjs';
import type { Effect } from '../../core/errors.js';
import { RemoteError } from '../shared/bridgeError.js';
import { decode } from '../shared/decode.js';
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
 */
export function fetchWire(url: string, options: FetchOptions): Wire {
  const { headers = () => Promise.resolve({}), credentials = 'same-origin', fetch: call = fetch } = options;
  const request = (effect: Effect, init: RequestInit, read: (response: Response) => Observable<string>) =>
    defer(() => {
      const gone = new AbortController();
      const sent = async () => {
        const all = { ...(await headers()), ...(init.headers as object) };
        const response = await call(url, { ...init, headers: all, credentials, signal: gone.signal });
        if (!response.ok) throw await refusalOf(response, effect);
        return response;
      };
      return defer(sent).pipe(
        switchMap(read),
        catchError((error: unknown) => throwError(() => (error instanceof RemoteError ? error : lost(effect, error)))),
        finalize(() => gone.abort())
      );
    });
  return {
    open: () => request('none', { headers: { accept: 'text/event-stream' } }, textOf),
    send: (body) =>
      request('unknown', { method: 'POST', headers: { 'content-type': 'application/json' }, body }, (response) =>
        from(response.text())
      ),
  };
}

function textOf({ body }: Response): Observable<string> {
  const decoder = new TextDecoder();
  return from(body as unknown as ObservableInput<Uint8Array>).pipe(
    map((bytes) => decoder.decode(bytes, { stream: true }))
  );
}

/** The error that the server has sent; another server in between sends none. */
async function refusalOf(response: Response, effect: Effect): Promise<RemoteError> {
  try {
    const { error } = decode(await response.text()) as { error: unknown };
    if (error instanceof RemoteError) return error;
  } catch {
    // not of a bridge
  }
  return lost(effect, new Error(`the status is ${response.status}`));
}
