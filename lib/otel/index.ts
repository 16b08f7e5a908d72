/**
 * Spans and metrics of all clients, for OpenTelemetry.
 *
 * @module
 */
export { instrument, type InstrumentOptions } from './instrument.js';
export { observeClient } from './observeClient.js';
export type { OtelApi, OtelAttributes, OtelMeter, OtelObservation, OtelSpan } from './otelApi.js';
