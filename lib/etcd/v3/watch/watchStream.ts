import { ConnectionLostError, type CoordinationError, ProtocolError } from '../../../core/errors.js';
import { asCoordinationError } from '../../../core/failures.js';
import type { CallListener, OpenCall } from '../carrier.js';
import { watchStream as method } from '../protocol/methods.js';
import type { WatchRequest as WatchMessage, WatchResponse } from '../protocol/watch.js';
import type { MemberLink } from '../session/memberLink.js';
import type { CursorStep } from './eventCursor.js';
import type { Watcher } from './watcher.js';

/** The owner of a stream. */
export interface WatchStreamOwner {
  /** The server refuses a watcher, in these words. */
  refused(watcher: Watcher, reason: string): void;
  /** The stream is over. */
  ended(stream: WatchStream, error: CoordinationError): void;
}

/** One stream to one member, which carries all watchers. */
export class WatchStream implements CallListener<WatchResponse> {
  readonly #link: MemberLink;
  readonly #owner: WatchStreamOwner;
  readonly #call: OpenCall<WatchMessage>;
  readonly #byServerId = new Map<number, Watcher>();
  /** Those whose creation is not answered yet. Servers answer in order. */
  readonly #creating: (Watcher | undefined)[] = [];
  #over = false;

  constructor(link: MemberLink, owner: WatchStreamOwner) {
    this.#link = link;
    this.#owner = owner;
    link.begins();
    this.#call = link.carrier.call(method, link.metadata(true), { operation: 'watch' }, this);
  }

  /** Asks for the events of a watcher, from where it has come to. */
  create(watcher: Watcher): void {
    const { key, rangeEnd, prevKv = false, filters = [] } = watcher.request;
    watcher.cursor.restart();
    watcher.serverId = undefined;
    this.#creating.push(watcher);
    const createRequest = {
      ...{ key, rangeEnd, prevKv, filters },
      ...{ startRevision: watcher.cursor.next, watchId: watcher.id, progressNotify: true, fragment: true },
    };
    this.#call.send({ createRequest });
  }

  /** Ends a watcher. */
  cancel(watcher: Watcher): void {
    const { serverId } = watcher;
    const at = this.#creating.indexOf(watcher);
    if (at >= 0)
      this.#creating[at] = undefined; // cancelled when its creation is answered
    else if (serverId !== undefined && this.#byServerId.delete(serverId)) this.#cancel(serverId);
  }

  message(answer: WatchResponse): void {
    const { created, canceled, watchId } = answer;
    if (created) return this.#created(answer);
    const watcher = this.#byServerId.get(watchId);
    if (watcher === undefined) return; // of one who has left, or about no watcher
    if (canceled) this.#byServerId.delete(watchId);
    for (const step of stepsOf(watcher, answer)) {
      if (step.kind === 'refused') this.#owner.refused(watcher, step.reason);
      else watcher.listener.next(step);
      if (this.#over) return;
    }
  }

  ended(error: CoordinationError | undefined): void {
    if (this.#over) return;
    this.close();
    this.#owner.ended(this, error ?? new ConnectionLostError('the server has ended the stream of watches', 'none'));
  }

  /** Gives the stream up. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#call.cancel();
    this.#link.ends();
  }

  #created(answer: WatchResponse): void {
    const { watchId, canceled, cancelReason, compactRevision, header } = answer;
    if (this.#creating.length === 0) throw new ProtocolError('the server has created a watch without being asked');
    const watcher = this.#creating.shift();
    if (watcher === undefined) {
      if (!canceled) this.#cancel(watchId); // its subscriber has left meanwhile
      return;
    }
    if (canceled && compactRevision === 0) return this.#owner.refused(watcher, cancelReason);
    if (!canceled) {
      watcher.serverId = watchId;
      this.#byServerId.set(watchId, watcher);
    }
    for (const step of stepsOf(watcher, answer)) if (step.kind !== 'refused') watcher.listener.next(step);
    if (!canceled) watcher.listener.next({ kind: 'created', revision: header?.revision ?? 0 });
  }

  #cancel(watchId: number): void {
    this.#call.send({ cancelRequest: { watchId } });
  }
}

/** The steps of an answer; none, and an error, when the watcher cannot take it. */
function stepsOf(watcher: Watcher, answer: WatchResponse): readonly CursorStep[] {
  try {
    return watcher.cursor.take(answer);
  } catch (error) {
    watcher.listener.error(asCoordinationError(error));
    return [];
  }
}
