import { Event, type WatchResponse } from '../../../etcd/v3/protocol/watch.js';
import { type Draft, encode } from '../../../etcd/v3/protocol/message.js';

/** Bytes of an answer beside its events, about; and of the head of each event. */
const HEAD = 40;
const EVENT_HEAD = 4;

/** Cuts an answer into pieces that are smaller than a limit, if their events are. All but the last say `fragment`. */
export function fragments(answer: Draft<WatchResponse>, limit: number): readonly Draft<WatchResponse>[] {
  const { events = [] } = answer;
  const sizes = events.map((event) => EVENT_HEAD + encode(Event, event).length);
  const pieces: Draft<WatchResponse>[] = [];
  let start = 0;
  let size = HEAD;
  for (let i = 0; i < events.length; i++) {
    if (i > start && size + sizes[i]! >= limit) {
      pieces.push({ ...answer, events: events.slice(start, i), fragment: true });
      start = i;
      size = HEAD;
    }
    size += sizes[i]!;
  }
  pieces.push(start === 0 ? answer : { ...answer, events: events.slice(start) });
  return pieces;
}
