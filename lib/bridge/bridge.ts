import { firstValueFrom } from 'rxjs';
import { optionsObject } from '../core/check.js';
import { type BridgeOptions, checkedOptions } from './bridgeOptions.js';
import { checkOrigin } from './server/checkOrigin.js';
import { type BridgeSizes, Hub, typed } from './server/hub.js';
import { lineStream } from './server/lineStream.js';
import { readBody } from './server/readBody.js';
import { refusal } from './server/refusal.js';
import { BridgeError } from './shared/bridgeError.js';
import type { Actions, BridgeTypes, Caller, Sources } from './types.js';
import { onAbort } from '../core/onAbort.js';

/** A handler of requests, as frameworks for servers take it, with its lines. */
export interface Bridge<S = Sources, A = Actions> extends BridgeTypes<S, A> {
  /** Answers a request. It never rejects: an error is a response too. */
  (request: Request): Promise<Response>;
  /** How many lines there are now, how many values are watched for them, and how many actions are under way. */
  readonly sizes: BridgeSizes;
  /** Ends all lines, and refuses later requests: for a server that shuts down. Pages connect again by themselves. */
  close(): void;
}

/**
 * Shows watched values to web pages: a handler that turns a `Request` into a `Response`, for any server of HTTP.
 * `fromBridge` of `quorum-rx/bridge/browser` is its other half.
 *
 * A page opens one line (a GET with server-sent events), and names the values on it (POST). It sees the values of
 * `sources`, and can start `actions`; there is no other way to the store.
 *
 * @example
 * ```ts
 * import { utf8 } from 'quorum-rx';
 * import { bridge, toNodeListener } from 'quorum-rx/bridge';
 * import { createServer } from 'node:http';
 *
 * const handler = bridge(
 *   { theme: () => zk.watch('/theme', { codec: utf8 }) },
 *   { authorize: (request) => (request.headers.get('cookie')?.includes('session=') ? { id: 'a' } : undefined) }
 * );
 * createServer(toNodeListener(handler)).listen(8080);
 * ```
 *
 * @param sources the values that pages may ask for, by name
 * @throws UsageError for a wrong option
 */
export function bridge<S extends Sources<C>, C extends Caller, A extends Actions<C> = Record<never, never>>(
  sources: S,
  options: BridgeOptions<C, A>
): Bridge<S, A> {
  optionsObject('sources', sources);
  const checked = checkedOptions<C>(options);
  const { authorize, origins, limits, onError } = checked;
  const hub = new Hub(sources, checked);

  const callerOf = async (request: Request): Promise<C> => {
    let caller: C | undefined;
    try {
      caller = await authorize(request);
    } catch (error) {
      onError(error, {});
      throw typed(error, 'FAILED');
    }
    if (typeof caller?.id === 'string') return caller;
    throw new BridgeError('UNAUTHORIZED', 'the server does not know who you are');
  };
  const handle = async (request: Request): Promise<Response> => {
    const { method, headers, signal } = request;
    if (method !== 'GET' && method !== 'POST') throw new BridgeError('BAD_REQUEST', 'a bridge knows GET and POST');
    checkOrigin(request, origins);
    // a form of another origin cannot have this type
    if (method === 'POST' && !/^application\/json\b/i.test(headers.get('content-type') ?? ''))
      throw new BridgeError('BAD_REQUEST', 'the type of the content must be application/json');
    const caller = await callerOf(request);
    if (method === 'POST') {
      const text = await readBody(request, limits.requestBytes);
      return new Response(await firstValueFrom(hub.answer(caller, text), { defaultValue: '' }), { headers: ANSWER });
    }
    const line = hub.open(caller);
    onAbort(signal, () => line.end());
    return new Response(lineStream(line), { headers: EVENTS });
  };
  const handler = (request: Request) => handle(request).catch((error: unknown) => refusal(error));
  Object.defineProperty(handler, 'sizes', { get: () => hub.sizes });
  return Object.assign(handler as Bridge<S, A>, { close: () => hub.close() });
}

const COMMON = { 'cache-control': 'no-store, no-transform', 'x-content-type-options': 'nosniff' };
const ANSWER = { ...COMMON, 'content-type': 'application/json' };
/** The last header asks nginx to pass events on at once. */
const EVENTS = { ...COMMON, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' };
