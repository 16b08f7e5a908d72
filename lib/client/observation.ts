/** The public names of each store's client that show how it works: figures, diagnostics channels, and a log. */
export type {
  ClientMessage,
  LeaseEvent,
  LeaseMessage,
  LinkEvent,
  LinkMessage,
  RequestMessage,
  SessionMessage,
} from './channels.js';
export type { ClientGauges, ClientStats, RequestStats, StoreName } from './clientStats.js';
export type { Latency, LatencyBucket } from './latency.js';
export type { LogLevel } from './logLines.js';
export { type Logger, type LogOptions, logTo } from './logTo.js';
export type { FilteredRequest, RequestFilter } from './requestFilter.js';
export type { StatsFeed } from './statsFeed.js';
