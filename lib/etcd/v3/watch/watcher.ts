import type { CoordinationError } from '../../../core/errors.js';
import { type CursorStep, EventCursor } from './eventCursor.js';

/** The keys that a watcher hears of, and the form of its events. */
export interface WatchRequest {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  /** Whether each event has the key as it was before. */
  readonly prevKv?: boolean;
  readonly filters?: readonly ('no-put' | 'no-delete')[];
}

/** An answer to a watcher; or the end of the stream that carried it, after which it goes on where it was. */
export type WatchStep =
  | Exclude<CursorStep, { readonly kind: 'refused' }>
  /** The server watches from now on: it has sent nothing yet that was asked for. */
  | { readonly kind: 'created'; readonly revision: number }
  | { readonly kind: 'down'; readonly cause: CoordinationError };

/** The subscriber of a watcher. */
export interface WatchListener {
  next(step: WatchStep): void;
  /** The server watches no more. */
  error(error: CoordinationError): void;
}

/** One subscriber of one range, over any number of streams. */
export class Watcher {
  readonly id: number;
  readonly request: WatchRequest;
  readonly listener: WatchListener;
  readonly cursor: EventCursor;
  /** Whether it was asked for once more with a new token. */
  renewed = false;
  /** The id that the server uses for it on this stream. */
  serverId: number | undefined;

  /**
   * @param start the first revision to hear of; 0 for those after the watch was created
   * @param limit bytes of the events of one revision, at most
   */
  constructor(id: number, request: WatchRequest, start: number, limit: number, listener: WatchListener) {
    this.id = id;
    this.request = request;
    this.listener = listener;
    this.cursor = new EventCursor(start, limit);
  }
}
