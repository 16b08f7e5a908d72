import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { SpanKind, SpanStatusCode, context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { concatMap, firstValueFrom } from 'rxjs';
import { type ZooKeeper, open } from '../../lib/index.js';
import { instrument, observeClient } from '../../lib/otel/index.js';
import { type EmbeddedZooKeeper, startZooKeeper } from '../../lib/testing/index.js';

// the SDK of OpenTelemetry itself, as an application sets it up
const spans = new InMemorySpanExporter();
const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: measured });
const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
const meters = new MeterProvider({ readers: [reader] });

let server: EmbeddedZooKeeper;
let zk: ZooKeeper & AsyncDisposable;
let stops: (() => void)[];
beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(tracers);
  metrics.setGlobalMeterProvider(meters);
  server = await startZooKeeper();
  zk = await open(server.connectString);
  await firstValueFrom(zk.create('/app', Buffer.from('red')));
  stops = [instrument({ trace, metrics }), observeClient({ metrics }, zk)];
});
afterAll(async () => {
  for (const stop of stops ?? []) stop();
  await zk?.close();
  await server?.stop();
  await Promise.all([tracers.shutdown(), meters.shutdown()]);
  for (const api of [context, trace, metrics]) api.disable();
});
beforeEach(() => spans.reset());

it('the requests of one span, and those that follow from their answers, are its children', async () => {
  await trace.getTracer('app').startActiveSpan('checkout', async (parent) => {
    await firstValueFrom(
      zk.get('/app').pipe(concatMap(({ stat }) => zk.set('/app', Buffer.from('x'), { version: stat.version })))
    );
    parent.end();
  });
  const [get, set, checkout] = spans.getFinishedSpans();
  expect([get!.name, set!.name, checkout!.name]).toEqual(['get', 'set', 'checkout']);
  for (const child of [get!, set!]) {
    expect(child.parentSpanContext?.spanId).toBe(checkout!.spanContext().spanId);
    expect(child.kind).toBe(SpanKind.CLIENT);
    expect(child.attributes).toMatchObject({ 'db.system.name': 'zookeeper', 'db.operation.name': child.name });
    expect(child.status.code).toBe(SpanStatusCode.UNSET);
  }
});

it('a refusal is an error of its span', async () => {
  await expect(firstValueFrom(zk.get('/none'))).rejects.toMatchObject({ code: 'NO_NODE' });
  const [span] = spans.getFinishedSpans();
  expect(span!.status).toMatchObject({ code: SpanStatusCode.ERROR });
  expect(span!.attributes).toMatchObject({ 'error.type': 'NO_NODE' });
});

it('the durations are a histogram, and the figures of a client are gauges and counters', async () => {
  await reader.forceFlush();
  const found = new Map(
    measured
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap((scope) => scope.metrics)
      .map((metric) => [metric.descriptor.name, metric] as const)
  );
  const duration = found.get('db.client.operation.duration')!;
  expect(duration.descriptor.unit).toBe('s');
  const gets = duration.dataPoints.filter(({ attributes }) => attributes['db.operation.name'] === 'get');
  expect(gets).toHaveLength(2); // one that was answered, and one that was refused
  expect(gets[0]!.value).toMatchObject({
    count: 1,
    buckets: { boundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] },
  });
  expect(found.get('quorum_rx.bytes.sent')!.dataPoints[0]!.value).toBeGreaterThan(0);
  expect(found.get('quorum_rx.requests.under_way')!.dataPoints[0]!.value).toBe(0);
  expect(found.get('quorum_rx.connections')!.dataPoints[0]!.value).toBe(1);
});
