import { header, KeyValue } from './kv.js';
import { bool, bytes, int, list, nested, oneOf, text } from './fields.js';
import { message } from './message.js';

/** One change of a key. `prevKv` is there when it was asked for. */
export const Event = message({
  type: oneOf(1, 'put', 'delete'),
  kv: nested(2, () => KeyValue),
  prevKv: nested(3, () => KeyValue),
});
export type Event = ReturnType<(typeof Event)['read']>;

export const WatchCreateRequest = message({
  key: bytes(1),
  rangeEnd: bytes(2),
  startRevision: int(3),
  progressNotify: bool(4),
  filters: list(oneOf(5, 'no-put', 'no-delete')),
  prevKv: bool(6),
  watchId: int(7),
  fragment: bool(8),
});
export const WatchCancelRequest = message({ watchId: int(1) });
export const WatchProgressRequest = message({});

/** Only one of the three is there. */
export const WatchRequest = message({
  createRequest: nested(1, () => WatchCreateRequest),
  cancelRequest: nested(2, () => WatchCancelRequest),
  progressRequest: nested(3, () => WatchProgressRequest),
});
export type WatchRequest = ReturnType<(typeof WatchRequest)['read']>;
/** `created`, `canceled`, events, or none of these: a sign that there is nothing newer than `header.revision`. */
export const WatchResponse = message({
  header: header(),
  watchId: int(2),
  created: bool(3),
  canceled: bool(4),
  /** Above 0 in a `canceled` answer: the events asked for were compacted away. */
  compactRevision: int(5),
  cancelReason: text(6),
  /** More pieces of the same answer follow. */
  fragment: bool(7),
  events: list(nested(11, () => Event)),
});
export type WatchResponse = ReturnType<(typeof WatchResponse)['read']>;
