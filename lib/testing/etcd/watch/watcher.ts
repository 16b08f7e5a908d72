import type { Event } from '../../../etcd/v3/protocol/watch.js';
import { type KeyRange, boundsOf } from '../store/keySpace.js';

/** Who hears of a watcher's events. */
export interface WatcherSink {
  /** @param revision the newest revision of the server, which may be later than that of the events */
  events(watcher: Watcher, events: readonly Event[], revision: number): void;
  /** The events that it waits for are compacted away. The watcher has ended. */
  compacted(watcher: Watcher, revision: number): void;
}

/** One watcher: its keys, and how far it has come. */
export class Watcher {
  readonly id: number;
  readonly sink: WatcherSink;
  readonly start: string;
  /** The key itself, if it watches one key alone. */
  readonly single: boolean;
  /** The first revision that it has not seen. */
  next: number;
  readonly #end: string | undefined;
  readonly #left: ReadonlySet<string>;

  /** @param filters the kinds of events that it does not want */
  constructor(id: number, range: KeyRange, next: number, filters: readonly string[], sink: WatcherSink) {
    this.id = id;
    this.sink = sink;
    this.next = next;
    this.single = range.rangeEnd.length === 0;
    [this.start, this.#end] = boundsOf(range);
    this.#left = new Set(filters.map((filter) => (filter === 'no-put' ? 'put' : 'delete')));
  }

  isAbout(key: string): boolean {
    return key >= this.start && (this.#end === undefined || key < this.#end);
  }

  /** Tells its sink of those events that it wants. */
  send(events: readonly Event[], revision: number): void {
    const wanted = this.#left.size === 0 ? events : events.filter(({ type }) => !this.#left.has(type));
    if (wanted.length > 0) this.sink.events(this, wanted, revision);
  }
}
