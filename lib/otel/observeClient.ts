import type { ClientStats } from '../client/clientStats.js';
import type { StatsFeed } from '../client/statsFeed.js';
import { having } from '../core/check.js';
import type { OtelApi, OtelObservation } from './otelApi.js';
import { SCOPE, systemOf } from './requestAttributes.js';

type Figure = Exclude<keyof ClientStats, 'store' | 'client' | 'requests'>;

/** The figures that rise and fall, each with its unit and its description. */
const GAUGES: Readonly<Partial<Record<Figure, readonly [string, string, string]>>> = {
  underWay: ['quorum_rx.requests.under_way', '{request}', 'Requests that were sent and have no answer yet.'],
  queued: ['quorum_rx.requests.queued', '{request}', 'Requests that have not left yet.'],
  watches: ['quorum_rx.watches', '{watch}', 'Watches that the client keeps.'],
  leases: ['quorum_rx.leases', '{lease}', 'Leases, locks and leaderships that are held.'],
};
/** The figures that only rise. */
const COUNTERS: Readonly<Partial<Record<Figure, readonly [string, string, string]>>> = {
  bytesIn: ['quorum_rx.bytes.received', 'By', 'Bytes received.'],
  bytesOut: ['quorum_rx.bytes.sent', 'By', 'Bytes sent.'],
  connections: ['quorum_rx.connections', '{connection}', 'Connections that took requests.'],
  failedConnections: ['quorum_rx.connections.failed', '{connection}', 'Attempts to connect that failed.'],
  lostConnections: ['quorum_rx.connections.lost', '{connection}', 'Connections that were lost.'],
  resent: ['quorum_rx.requests.resent', '{request}', 'Requests that were sent again.'],
  sessions: ['quorum_rx.sessions', '{session}', 'Sessions so far.'],
};

/**
 * Shows the figures of one client, those of `stats()` beside the requests, as metrics. They are read when the metrics
 * are collected, and cost nothing between.
 *
 * Returns a function that ends it. Throws a `UsageError` about an argument.
 *
 * @example
 * ```js
 * import { metrics, trace } from '@opentelemetry/api';
 * import { observeClient } from 'quorum-rx/otel';
 *
 * const stop = observeClient({ trace, metrics }, zk);
 * process.once('exit', stop);
 * ```
 */
export function observeClient(api: Pick<OtelApi, 'metrics'>, client: StatsFeed): () => void {
  const { metrics } = api;
  void having('api.metrics', metrics, '`metrics` of @opentelemetry/api', ['getMeter']);
  void having('client', client, 'a client', ['stats']);
  const meter = metrics.getMeter(SCOPE);
  const made = [
    ...Object.entries(GAUGES).map(([figure, [name, unit, description]]) => ({
      figure: figure as Figure,
      instrument: meter.createObservableGauge(name, { unit, description }),
    })),
    ...Object.entries(COUNTERS).map(([figure, [name, unit, description]]) => ({
      figure: figure as Figure,
      instrument: meter.createObservableCounter(name, { unit, description }),
    })),
  ];
  const collect = (observation: OtelObservation) => {
    const stats = client.stats();
    const attributes = { 'db.system.name': systemOf(stats.store), 'quorum_rx.client': stats.client };
    for (const { figure, instrument } of made) observation.observe(instrument as never, stats[figure], attributes);
  };
  const instruments = made.map(({ instrument }) => instrument as never);
  meter.addBatchObservableCallback(collect, instruments);
  return () => meter.removeBatchObservableCallback(collect, instruments);
}
