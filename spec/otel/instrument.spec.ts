import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';
import { concatMap } from 'rxjs';
import { type OtelApi, type OtelAttributes, instrument, observeClient } from '../../lib/otel/index.js';
import { OPERATIONS, clientGrounds } from '../helpers/clientGrounds.js';
import { VirtualTime } from '../helpers/virtualTime.js';
import { VirtualWorld } from '../helpers/virtualWorld.js';

interface Span {
  readonly name: string;
  readonly parent: string | undefined;
  readonly kind: number;
  readonly attributes: OtelAttributes;
  status?: { code: number; message?: string };
  ends: number;
}

const spans: Span[] = [];
const durations: { readonly value: number; readonly attributes: OtelAttributes }[] = [];
const instruments: string[] = [];
const collectors = new Set<() => Map<string, number>>();
/** The active span, as OpenTelemetry's context manager for Node keeps it. */
const active = new AsyncLocalStorage<string>();
const removals = new Map<unknown, () => void>();

/** The part of `@opentelemetry/api` that is needed, in memory. */
const api: OtelApi = {
  trace: {
    getTracer: () => ({
      startSpan(name, { kind, attributes }) {
        const span: Span = { name, parent: active.getStore(), kind, attributes: { ...attributes }, ends: 0 };
        spans.push(span);
        return {
          setAttributes: (more) => Object.assign(span.attributes, more),
          setStatus: (status) => (span.status = status),
          end: () => void span.ends++,
        };
      },
    }),
  },
  metrics: {
    getMeter: () => ({
      createHistogram(name, { unit }) {
        instruments.push(`${name} ${unit}`);
        return { record: (value, attributes) => void durations.push({ value, attributes }) };
      },
      createObservableGauge: (name) => ({ name }),
      createObservableCounter: (name) => ({ name }),
      addBatchObservableCallback(callback) {
        const collector = () => {
          const found = new Map<string, number>();
          callback({ observe: ({ name }: { name: string }, value) => void found.set(name, value) });
          return found;
        };
        collectors.add(collector);
        removals.set(callback, () => collectors.delete(collector));
      },
      removeBatchObservableCallback: (callback) => removals.get(callback)?.(),
    }),
  },
};

let stop: () => void;
beforeEach(() => {
  for (const list of [spans, durations, instruments]) list.length = 0;
  stop = instrument(api, { paths: true });
});
afterEach(() => stop());

describe.each(Object.entries(clientGrounds))('a request of %s', (store, begin) => {
  const name = OPERATIONS[store]!;
  const system = store === 'etcd-v2' ? 'etcd' : store;
  const connected = () => {
    const time = new VirtualTime();
    const ground = begin(time);
    ground.good$.subscribe();
    time.advance(100);
    spans.length = durations.length = 0;
    return { time, ...ground };
  };

  it('has a span of a client, and a duration in seconds, with the attributes of the conventions', () => {
    const { time, good$ } = connected();
    good$.subscribe();
    expect(spans).toMatchObject([{ name, kind: 2, ends: 0 }]);
    time.advance(10);
    const server =
      store === 'arakoon' ? {} : { 'server.address': expect.any(String), 'server.port': expect.any(Number) };
    const attributes = { 'db.system.name': system, 'db.operation.name': name, ...server };
    expect(spans).toEqual([
      {
        ...{ name, kind: 2, ends: 1, parent: undefined },
        attributes: { ...attributes, 'quorum_rx.path': expect.any(String) as unknown },
      },
    ]);
    expect(durations).toEqual([{ value: 0.002, attributes }]);
    expect(instruments).toEqual(['db.client.operation.duration s']);
  });

  it('that fails has the code of its error, and the status of an error', () => {
    const { time, refused$ } = connected();
    const codes: string[] = [];
    refused$.subscribe({ error: ({ code }: { code: string }) => codes.push(code) });
    time.advance(10);
    const failure = { 'error.type': codes[0], 'db.response.status_code': codes[0] };
    expect(spans).toMatchObject([{ ends: 1, status: { code: 2, message: expect.any(String) }, attributes: failure }]);
    expect(durations).toMatchObject([{ attributes: failure }]);
  });

  it('that its caller leaves ends its span, without an error', () => {
    const { time, good$ } = connected();
    const subscription = good$.subscribe();
    time.advance(1);
    subscription.unsubscribe();
    time.advance(10);
    expect(spans).toMatchObject([{ ends: 1, attributes: { 'quorum_rx.unsubscribed': true } }]);
    expect(spans[0]).not.toHaveProperty('status');
  });

  it('is a child of the span in which it began, and so are the requests that follow from its answer', () => {
    const { time, good$ } = connected();
    for (const parent of ['one', 'two']) active.run(parent, () => good$.pipe(concatMap(() => good$)).subscribe());
    active.run('the network', () => time.advance(20));
    expect(spans.map(({ parent }) => parent).sort()).toEqual(['one', 'one', 'two', 'two']);
  });
});

describe('the instrumentation', () => {
  const asked = (options: object) => {
    stop();
    spans.length = durations.length = instruments.length = 0;
    stop = instrument(api, options);
    const world = new VirtualWorld();
    const { zk } = world.client();
    zk.get('/').subscribe();
    world.after(100);
    return [spans.length, durations.length, spans[0]?.attributes['quorum_rx.path']];
  };

  it('shows no paths unless it is told to', () => expect(asked({})).toEqual([1, 1, undefined]));
  it('makes no spans without `spans`', () => expect(asked({ spans: false })).toEqual([0, 1, undefined]));
  it('makes no metrics without `metrics`', () => expect(asked({ metrics: false })).toEqual([1, 0, undefined]));

  it('ends when it is stopped', () => {
    stop();
    const world = new VirtualWorld();
    const { zk } = world.client();
    zk.get('/').subscribe();
    world.after(100);
    expect([spans, durations]).toEqual([[], []]);
  });

  it.each([
    ['api.trace', undefined, {}],
    ['api.metrics', { trace: api.trace }, {}],
    ['options.spans', api, { spans: 1 }],
    ['options.span', api, { span: true }],
  ])('refuses a wrong %s', (argument, wrong, options) => {
    expect(() => instrument(wrong as never, options as never)).toThrow(expect.objectContaining({ argument }));
  });
});

describe('a client that is observed', () => {
  it('shows its figures when they are collected, until that is ended', () => {
    const world = new VirtualWorld();
    const { zk } = world.client();
    const end = observeClient(api, zk);
    world.after(100);
    zk.get('/').subscribe();
    const [found] = [...collectors].map((collector) => collector());
    expect(found!.get('quorum_rx.requests.queued')).toBe(1);
    expect(found!.get('quorum_rx.sessions')).toBe(1);
    expect(found!.get('quorum_rx.bytes.received')).toBeGreaterThan(0);
    expect(found!.size).toBe(11);
    end();
    expect(collectors.size).toBe(0);
  });

  it('must be a client', () => {
    expect(() => observeClient(api, {} as never)).toThrow(expect.objectContaining({ argument: 'client' }));
  });
});
