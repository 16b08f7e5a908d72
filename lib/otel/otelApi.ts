/** The attributes of spans and measurements. */
export type OtelAttributes = Record<string, string | number | boolean>;

/** A span, as far as it is needed. */
export interface OtelSpan {
  setAttributes(attributes: OtelAttributes): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  end(): void;
}

/** Takes measurements of an instrument that is observed. */
export interface OtelObservation {
  observe(instrument: never, value: number, attributes?: OtelAttributes): void;
}

/** The meter of OpenTelemetry, as far as it is needed. */
export interface OtelMeter {
  createHistogram(
    name: string,
    options: { description: string; unit: string; advice: { explicitBucketBoundaries: number[] } }
  ): { record(value: number, attributes: OtelAttributes): void };
  createObservableGauge(name: string, options: { description: string; unit: string }): object;
  createObservableCounter(name: string, options: { description: string; unit: string }): object;
  addBatchObservableCallback(callback: (observation: OtelObservation) => void, instruments: never[]): void;
  removeBatchObservableCallback(callback: (observation: OtelObservation) => void, instruments: never[]): void;
}

/**
 * The part of `@opentelemetry/api` that is needed: the package itself, `import * as api from '@opentelemetry/api'`, or
 * providers of your own in the same form. So this package imports nothing of it.
 */
export interface OtelApi {
  readonly trace: {
    getTracer(name: string): {
      startSpan(name: string, options: { kind: number; attributes: OtelAttributes }): OtelSpan;
    };
  };
  readonly metrics: { getMeter(name: string): OtelMeter };
}
