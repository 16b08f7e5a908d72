import { type Channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type RequestMessage, channels } from '../client/channels.js';
import { flag, having, knownKeys } from '../core/check.js';
import type { OtelApi, OtelSpan } from './otelApi.js';
import { SCOPE, attributesOf, outcomeAttributes } from './requestAttributes.js';

/** What is made of the requests. */
export interface InstrumentOptions {
  /** A span for each request. Default `true`. */
  readonly spans?: boolean;
  /** The histogram `db.client.operation.duration`. Default `true`. */
  readonly metrics?: boolean;
  /**
   * Whether spans have the path or the key of the request, as `quorum_rx.path`. Keys may be secret. Default `false`.
   */
  readonly paths?: boolean;
}

/** The numbers of OpenTelemetry for a span of a client, and for the status of an error. */
const [CLIENT, ERROR] = [2, 2];
/** The buckets that the conventions ask for, in seconds. */
const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/**
 * Makes spans and metrics of the requests of all clients in this process, by the semantic conventions for databases.
 * The span of a request is a child of the span that is active where the request is subscribed to. The answer is
 * delivered with that span active too, so requests that follow from it are children of the same span.
 *
 * Returns a function that ends it. Throws a `UsageError` about an argument.
 *
 * @example
 * ```js
 * import { metrics, trace } from '@opentelemetry/api';
 * import { instrument } from 'quorum-rx/otel';
 *
 * const stop = instrument({ trace, metrics });
 * process.once('exit', stop);
 * ```
 *
 * @param api `trace` and `metrics` of `@opentelemetry/api`
 */
export function instrument(api: OtelApi, options: InstrumentOptions = {}): () => void {
  void having('api.trace', (api as OtelApi | undefined)?.trace, '`trace` of @opentelemetry/api', ['getTracer']);
  void having('api.metrics', api.metrics, '`metrics` of @opentelemetry/api', ['getMeter']);
  const { spans = true, metrics = true, paths = false } = knownKeys('options', options, ['spans', 'metrics', 'paths']);
  flag('options.spans', spans);
  flag('options.metrics', metrics);
  flag('options.paths', paths);
  const stops = [...(spans ? spansOf(api, paths) : []), ...(metrics ? durationsOf(api) : [])];
  return () => {
    for (const stop of stops) stop();
  };
}

function spansOf({ trace }: OtelApi, paths: boolean): (() => void)[] {
  const tracer = trace.getTracer(SCOPE);
  const open = new WeakMap<RequestMessage, OtelSpan>();
  return [
    listening(channels.requestStart, (message) => {
      const { operation, path } = message;
      const attributes = { ...attributesOf(message), ...(paths && path !== undefined && { 'quorum_rx.path': path }) };
      open.set(message, tracer.startSpan(operation, { kind: CLIENT, attributes }));
    }),
    listening(channels.requestEnd, (message) => {
      const span = open.get(message); // none for a request that is older than this listener
      if (span === undefined) return;
      span.setAttributes(outcomeAttributes(message));
      const { error } = message;
      if (error !== undefined)
        span.setStatus({ code: ERROR, ...(error instanceof Error && { message: error.message }) });
      span.end();
    }),
  ];
}

function durationsOf({ metrics }: OtelApi): (() => void)[] {
  const duration = metrics.getMeter(SCOPE).createHistogram('db.client.operation.duration', {
    description: 'Duration of database client operations.',
    unit: 's',
    advice: { explicitBucketBoundaries: SECONDS },
  });
  return [
    listening(channels.requestEnd, (message) => {
      duration.record(message.duration! / 1000, { ...attributesOf(message), ...outcomeAttributes(message) });
    }),
  ];
}

/** Subscribes to a channel of requests. Returns how to end that. */
function listening(channel: Channel, hear: (message: RequestMessage) => void): () => void {
  const listener = (message: unknown) => hear(message as RequestMessage);
  subscribe(channel.name, listener);
  return () => void unsubscribe(channel.name, listener);
}
