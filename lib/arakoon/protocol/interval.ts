import { bytes, option, record, type RecordCodec } from './recordCodec.js';

/** A part of the keys: from `begin` on, and before `end`; `null` is where they begin or end. */
export interface Span {
  readonly begin: Uint8Array | null;
  readonly end: Uint8Array | null;
}

/** Which keys a cluster of a nursery holds: for its clients, and while keys move, for the clusters among themselves. */
export interface Interval {
  readonly public: Span;
  readonly private: Span;
}

const span: RecordCodec<Span> = record<Span>({ begin: option(bytes), end: option(bytes) });
export const interval: RecordCodec<Interval> = record<Interval>({ public: span, private: span });
