import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { BehaviorSubject, NEVER, concat, firstValueFrom, of, take, toArray } from 'rxjs';
import { action } from '../../lib/bridge/action.js';
import { bridge as newBridge } from '../../lib/bridge/bridge.js';
import { fromBridge } from '../../lib/bridge/browser/fromBridge.js';
import { liveFrom } from '../../lib/bridge/browser/liveFrom.js';
import { BridgeError } from '../../lib/bridge/shared/bridgeError.js';
import { decode } from '../../lib/bridge/shared/decode.js';
import { encode } from '../../lib/bridge/shared/encode.js';
import { source } from '../../lib/bridge/source.js';
import { UsageError } from '../../lib/core/errors.js';
import { VirtualTime } from '../helpers/virtualTime.js';

const URL = 'http://app.example/bridge';
const JSON_TYPE = { 'content-type': 'application/json' };
const started: { close(): void }[] = [];
afterEach(() => {
  for (const handler of started.splice(0)) handler.close();
});
/** A bridge that ends with its test. */
const bridge: typeof newBridge = (sources, options) => {
  const handler = newBridge(sources, options);
  started.push(handler);
  return handler;
};
const everybody = () => ({ id: 'all' });
const red = () => concat(of({ value: 'red', stale: false as const }), NEVER);

const get = (headers: Record<string, string> = {}) => new Request(URL, { headers });
const post = (body: string, headers: Record<string, string> = JSON_TYPE) =>
  new Request(URL, { method: 'POST', body, headers });
const refused = async (response: Response) => {
  const error = decode(await response.text()) as BridgeError;
  return [response.status, error.code];
};

describe('a handler of a bridge', () => {
  it('answers a GET with a stream of events that no cache keeps and no proxy holds back', async () => {
    const handler = bridge({ red }, { authorize: everybody });
    const { status, headers, body } = await handler(get());
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    const reader = body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toMatch(/^data: \["line","[\w-]{24}",15000\]\n\n$/);
    expect(handler.sizes).toEqual({ lines: 1, watches: 0, actions: 0 });
    await reader.cancel();
    expect(handler.sizes).toEqual({ lines: 0, watches: 0, actions: 0 });
  });

  it('ends the line when the request is aborted, or when the server shuts down', async () => {
    const handler = bridge({ red }, { authorize: everybody });
    const gone = new AbortController();
    const first = await handler(new Request(URL, { signal: gone.signal }));
    const second = await handler(get());
    gone.abort();
    expect(handler.sizes.lines).toBe(1);
    handler.close();
    for (const { body } of [first, second]) {
      const reader = body!.getReader();
      while (!(await reader.read()).done);
    }
    expect(handler.sizes.lines).toBe(0);
    expect(await refused(await handler(get()))).toEqual([503, 'UNAVAILABLE']);
  });

  it('asks who sends each request', async () => {
    const asked: string[] = [];
    const handler = bridge(
      { red },
      {
        authorize: async ({ method, headers }) => {
          asked.push(method);
          const name = headers.get('x-name');
          if (name === 'bob') throw new BridgeError('FORBIDDEN', 'not you');
          if (name === 'db') throw new Error('hunter2');
          return name === null ? undefined : { id: name };
        },
      }
    );
    expect(await refused(await handler(get()))).toEqual([401, 'UNAUTHORIZED']);
    expect(await refused(await handler(post('{}')))).toEqual([401, 'UNAUTHORIZED']);
    expect(await refused(await handler(get({ 'x-name': 'bob' })))).toEqual([403, 'FORBIDDEN']);
    const failed = await handler(get({ 'x-name': 'db' }));
    expect(await failed.clone().text()).not.toContain('hunter2');
    expect(await refused(failed)).toEqual([500, 'FAILED']);
    expect(asked).toEqual(['GET', 'POST', 'GET', 'GET']);
  });

  it('refuses pages of other origins, before it asks who they are', async () => {
    let asked = 0;
    const handler = bridge({ red }, { authorize: () => (asked++, { id: 'all' }), origins: ['https://other.example'] });
    const outcome = async (headers: Record<string, string>) =>
      (await handler(post(encode({ line: 'x' }), { ...JSON_TYPE, ...headers }))).status;
    expect(await outcome({ origin: 'https://evil.example' })).toBe(403);
    expect(await outcome({ origin: 'null' })).toBe(403);
    expect(await outcome({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await outcome({ 'sec-fetch-site': 'same-site', origin: 'https://sub.app.example' })).toBe(403);
    expect((await handler(get({ origin: 'https://evil.example' }))).status).toBe(403);
    expect(asked).toBe(0);
    const passed = 404; // there is no such line
    expect(await outcome({})).toBe(passed);
    expect(await outcome({ origin: 'https://app.example', 'sec-fetch-site': 'same-origin' })).toBe(passed);
    expect(await outcome({ origin: 'https://other.example', 'sec-fetch-site': 'cross-site' })).toBe(passed);
  });

  it('takes only JSON, which no form of another page can send', async () => {
    const handler = bridge({ red }, { authorize: everybody });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonx'])
      expect(await refused(await handler(post('{}', { 'content-type': type })))).toEqual([400, 'BAD_REQUEST']);
    expect(await refused(await handler(new Request(URL, { method: 'PUT' })))).toEqual([400, 'BAD_REQUEST']);
    expect(await refused(await handler(post('hello')))).toEqual([400, 'BAD_REQUEST']);
    expect(
      await refused(await handler(post('{"line":"x"}', { 'content-type': 'application/json; charset=utf-8' })))
    ).toEqual([404, 'UNKNOWN_LINE']);
  });

  it('reads no more of a request than it may have', async () => {
    const handler = bridge({ red }, { authorize: everybody, limits: { requestBytes: 1000 } });
    expect(await refused(await handler(post('x'.repeat(1001))))).toEqual([413, 'OVER_LIMIT']);
    expect(await refused(await handler(post('x'.repeat(1000))))).toEqual([400, 'BAD_REQUEST']);
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({ pull: (it) => (pulled++, it.enqueue(new Uint8Array(300))) });
    const request = new Request(URL, { method: 'POST', body: endless, headers: JSON_TYPE, duplex: 'half' });
    expect(await refused(await handler(request))).toEqual([413, 'OVER_LIMIT']);
    expect(pulled).toBeLessThan(10);
  });

  it('says no more of an error than its code', async () => {
    const paint = action(
      (input) => input,
      () => {
        throw new Error('hunter2');
      }
    );
    const handler = bridge({}, { authorize: everybody, actions: { paint } });
    const response = await handler(post(encode({ action: 'paint' })));
    expect(await response.clone().text()).not.toMatch(/hunter2|spec/);
    expect(await refused(response)).toEqual([500, 'FAILED']);
  });

  it('gives a reader that stops reading the last state only', async () => {
    const count$ = new BehaviorSubject({ count: 0, stale: false as const });
    const handler = bridge({ count: () => count$ }, { authorize: everybody });
    const page = fromBridge<typeof handler>(URL, { fetch: (_, init) => handler(new Request(URL, init)) });
    const states = firstValueFrom(page.value('count').pipe(take(2), toArray()));
    await firstValueFrom(page.value('count'));
    for (let i = 1; i <= 1000; i++) count$.next({ count: i, stale: false });
    expect((await states).map(({ count }) => count)).toEqual([0, 1000]);
  });

  it('refuses options that cannot be', () => {
    const wrong = (options: object, argument: string) =>
      expect(() => bridge({}, { authorize: everybody, ...options })).toThrow(expect.objectContaining({ argument }));
    wrong({ authorize: undefined }, 'options.authorize');
    wrong({ heartbeat: 0 }, 'options.heartbeat');
    wrong({ limits: { lines: 0 } }, 'options.limits.lines');
    wrong({ limits: { line: 1 } }, 'options.limits.line');
    wrong({ origins: [7] }, 'options.origins[0]');
    wrong({ orgins: [] }, 'options.orgins');
    expect(() => bridge(undefined as never, { authorize: everybody })).toThrow(UsageError);
    expect(() => source(7 as never, red)).toThrow(UsageError);
    expect(() => action((it) => it, undefined as never)).toThrow(UsageError);
  });
});

describe('a page', () => {
  const room = source(
    (parameters) => parameters as { name: string },
    ({ name }) => concat(of({ name, stale: false as const }), NEVER)
  );
  const add = action(
    (input) => input as { readonly a: bigint; readonly b: bigint },
    ({ a, b }) => of({ sum: a + b, at: new Uint8Array([1]) })
  );
  const handler = newBridge({ red, room }, { authorize: everybody, actions: { add } });
  afterAll(() => handler.close());
  const sent: [string, RequestInit][] = [];
  const page = fromBridge<typeof handler>(URL, {
    fetch: (url, init) => {
      sent.push([url as string, init!]);
      return handler(new Request(URL, init));
    },
    headers: async () => ({ authorization: 'Bearer x' }),
    linger: 0,
  });

  it('knows the types of the server, and sends its own headers each time', async () => {
    const state = await firstValueFrom(page.value('room', { name: 'attic' }));
    const { sum, at } = await firstValueFrom(page.run('add', { a: 1n, b: 2n }));
    expect([state.name, sum, at]).toEqual(['attic', 3n, new Uint8Array([1])]);
    const authorized = sent.map(([, { headers }]) => (headers as Record<string, string>)['authorization']);
    expect(authorized).toEqual(['Bearer x', 'Bearer x', 'Bearer x']);
    // @ts-expect-error there is no such value
    void page.value('rom');
    // @ts-expect-error it has parameters
    void page.value('room');
    // @ts-expect-error and no such action
    void page.run('sub', 1);
    // @ts-expect-error a live value is as strict
    void liveFrom(page, 'room');
    expect(liveFrom(page, 'room', { name: 'attic' }).value).toBeUndefined();
  });

  it('has live values, which are outdated without a subscriber', async () => {
    const colour = liveFrom(page, 'red').select((now) => [now?.value, now?.stale] as const);
    expect(colour.value).toEqual([undefined, undefined]);
    const shown = await firstValueFrom(colour.pipe(take(2), toArray()));
    expect(shown).toEqual([
      [undefined, undefined],
      ['red', false],
    ]);
    await new Promise((done) => setTimeout(done));
    expect(colour.value).toEqual(['red', true]);
  });

  it('errors an action that is lost with an unknown effect, and one that is refused with the code', async () => {
    const lonely = fromBridge(URL, { fetch: () => Promise.reject(new TypeError('no network')) });
    await expect(firstValueFrom(lonely.run('add'))).rejects.toMatchObject({ code: 'LINE_LOST', effect: 'unknown' });
    const proxied = fromBridge(URL, { fetch: () => Promise.resolve(new Response('<h1>Bad gateway', { status: 502 })) });
    await expect(firstValueFrom(proxied.run('add'))).rejects.toMatchObject({ code: 'LINE_LOST', effect: 'unknown' });
    const wrong = fromBridge(URL, { fetch: (_, init) => handler(new Request(URL, init)) });
    await expect(firstValueFrom(wrong.run('none'))).rejects.toMatchObject({ code: 'UNKNOWN_NAME', effect: 'none' });
  });

  it('gives up a request that has no subscriber any more', async () => {
    let signal: AbortSignal | null | undefined;
    const waiting = fromBridge(URL, { fetch: (_, init) => new Promise(() => (signal = init!.signal)) });
    const subscription = waiting.run('add').subscribe();
    await Promise.resolve();
    await Promise.resolve();
    expect(signal!.aborted).toBe(false);
    subscription.unsubscribe();
    expect(signal!.aborted).toBe(true);
  });

  it('refuses options that cannot be', () => {
    const wrong = (options: object, argument: string) =>
      expect(() => fromBridge(URL, options)).toThrow(expect.objectContaining({ argument }));
    wrong({ pauseAfter: -1 }, 'options.pauseAfter');
    wrong({ backoff: { min: 2, max: 1 } }, 'options.backoff.max');
    wrong({ header: {} }, 'options.header');
    expect(() => fromBridge(7 as never)).toThrow(expect.objectContaining({ argument: 'url' }));
    expect(() => fromBridge(URL, { scheduler: new VirtualTime(), pauseAfter: Infinity, linger: 0 })).not.toThrow();
  });
});
