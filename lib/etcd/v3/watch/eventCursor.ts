import { ProtocolError } from '../../../core/errors.js';
import type { Event, WatchResponse } from '../protocol/watch.js';

/** What an answer means to one watcher. */
export type CursorStep =
  /** All changes of one revision, in the order of the transaction. */
  | { readonly kind: 'changes'; readonly revision: number; readonly events: readonly Event[] }
  /** Nothing of the watched keys has changed up to and including this revision. */
  | { readonly kind: 'progress'; readonly revision: number }
  /** The server has forgotten events that were asked for: its history begins after this revision. */
  | { readonly kind: 'compacted'; readonly revision: number }
  /** The server watches no more, for a reason of its own. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Bytes of an event without its key and its values. */
const EVENT = 100;

/**
 * How far one watcher has come, so that no event is lost and none comes twice, over any number of streams. The place to
 * go on is after the last **event**: `header.revision` of an answer is the newest revision of the server, also while
 * older events are still to come.
 */
export class EventCursor {
  #next: number;
  #held: Event[] = []; // of a revision of which more may come, in the next fragment
  #heldBytes = 0;
  readonly #limit: number;

  /**
   * @param start the first revision to hear of; 0 for those after the watch was created
   * @param limit bytes of a revision that comes in several pieces, at most
   */
  constructor(start = 0, limit = Infinity) {
    this.#next = start;
    this.#limit = limit;
  }

  /** The `startRevision` for the next stream; 0 as long as nothing is known. */
  get next(): number {
    return this.#next;
  }

  /** A new stream begins, after {@link next}: pieces of the last one are of no use. */
  restart(): void {
    this.#held = [];
  }

  /** A gap was closed by a snapshot of this revision: goes on after it. */
  skipTo(revision: number): void {
    this.#held = [];
    this.#next = revision + 1;
  }

  /** Takes an answer for this watcher. Throws a ProtocolError when a revision is larger than the limit. */
  take(answer: WatchResponse): readonly CursorStep[] {
    const { canceled, compactRevision, cancelReason, created, events, fragment, header, watchId } = answer;
    if (canceled) {
      return [
        compactRevision > 0
          ? { kind: 'compacted', revision: compactRevision }
          : { kind: 'refused', reason: cancelReason },
      ];
    }
    const revision = header?.revision ?? 0;
    if (created) {
      if (this.#next === 0) this.#next = revision + 1;
      return [];
    }
    if (events.length > 0 || this.#held.length > 0) return this.#changes(events, fragment);
    // one that was asked for (-1) can overtake events on servers before 3.4.25 and 3.5.8
    if (watchId < 0 || revision < this.#next) return [];
    this.#next = revision + 1;
    return [{ kind: 'progress', revision }];
  }

  /** Every revision that is whole. The last one of a fragment may go on in the next. */
  #changes(events: readonly Event[], fragment: boolean): readonly CursorStep[] {
    const steps: CursorStep[] = [];
    let held = this.#held;
    if (held.length === 0) this.#heldBytes = 0;
    for (const event of events) {
      const revision = revisionOf(event);
      if (revision < this.#next) continue; // servers before 3.4.24 and 3.5.8 may repeat themselves
      if (held.length > 0 && revision !== revisionOf(held[0]!)) {
        steps.push(this.#whole(held));
        held = [];
        this.#heldBytes = 0;
      }
      held.push(event);
      if (fragment) this.#weigh(event);
    }
    if (!fragment && held.length > 0) {
      steps.push(this.#whole(held));
      held = [];
    }
    this.#held = held;
    return steps;
  }

  /** Counts an event whose revision may go on in the next fragment. */
  #weigh({ kv, prevKv }: Event): void {
    this.#heldBytes += EVENT + sizeOf(kv) + sizeOf(prevKv);
    if (this.#heldBytes <= this.#limit) return;
    this.#held = [];
    const message = `watch: the events of one revision have more than ${this.#limit} bytes; see maxReplyBytes`;
    throw new ProtocolError(message, { code: 'REPLY_TOO_LARGE', operation: 'watch', effect: 'none' });
  }

  #whole(events: readonly Event[]): CursorStep {
    const revision = revisionOf(events[0]!);
    this.#next = revision + 1;
    return { kind: 'changes', revision, events };
  }
}

function revisionOf({ kv }: Event): number {
  return kv?.modRevision ?? 0;
}

function sizeOf(kv: Event['kv']): number {
  return kv === undefined ? 0 : kv.key.length + kv.value.length;
}
