import type { SchedulerLike, Subscription } from 'rxjs';
import type { Header } from '../../../etcd/v3/protocol/kv.js';
import type { Draft } from '../../../etcd/v3/protocol/message.js';
import type { Event, WatchRequest, WatchResponse } from '../../../etcd/v3/protocol/watch.js';
import { type KeyRange, boundsOf } from '../store/keySpace.js';
import type { Mvcc } from '../store/mvcc.js';
import { fragments } from './fragments.js';
import type { WatchHub } from './watchHub.js';
import { Watcher, type WatcherSink } from './watcher.js';

type Create = NonNullable<WatchRequest['createRequest']>;

export interface WatchGround {
  readonly hub: WatchHub;
  readonly store: Mvcc;
  readonly scheduler: SchedulerLike;
  readonly progressInterval: number;
  /** The size from which on answers are cut into fragments. */
  readonly limit: number;
  header(revision?: number): Draft<Header>;
  /** Whether each event is told twice. */
  repeats(): boolean;
  mayRead(range: KeyRange): boolean;
  readonly answers: { message(answer: Draft<WatchResponse>): void };
}

interface Watched {
  readonly watcher: Watcher;
  readonly request: Create;
  /** Whether nothing was sent since the last report of progress. */
  quiet: boolean;
}

const NO_ID = -1;
const FIRST_KEY = Buffer.alloc(1);

/** The watchers of one stream of a client. */
export class WatchStream implements WatcherSink {
  readonly #ground: WatchGround;
  readonly #watched = new Map<number, Watched>();
  #nextId = 0;
  #reports: Subscription | undefined;

  constructor(ground: WatchGround) {
    this.#ground = ground;
  }

  message({ createRequest, cancelRequest, progressRequest }: WatchRequest): void {
    if (createRequest !== undefined) this.#create(createRequest);
    else if (cancelRequest !== undefined) this.#cancel(cancelRequest.watchId);
    else if (progressRequest !== undefined) this.#answer({ header: this.#ground.header(), watchId: NO_ID });
  }

  /** Watchers live on when the client has nothing more to ask. */
  finished(): void {}

  left(): void {
    for (const { watcher } of this.#watched.values()) this.#ground.hub.delete(watcher);
    this.#watched.clear();
    this.#reports?.unsubscribe();
  }

  events({ id }: Watcher, events: readonly Event[], revision: number): void {
    const watched = this.#watched.get(id)!;
    const { prevKv, fragment } = watched.request;
    const all = prevKv ? events.map((event) => this.#withPrevious(event)) : events;
    watched.quiet = false;
    const answer = { header: this.#ground.header(revision), watchId: id, events: all };
    const pieces = fragment ? fragments(answer, this.#ground.limit) : [answer];
    for (const piece of this.#ground.repeats() ? [...pieces, ...pieces] : pieces) this.#answer(piece);
  }

  compacted({ id }: Watcher, compactRevision: number): void {
    this.#watched.delete(id);
    this.#answer({ header: this.#ground.header(0), watchId: id, canceled: true, compactRevision });
  }

  #create(asked: Create): void {
    const { hub } = this.#ground;
    const request = asked.key.length === 0 ? { ...asked, key: FIRST_KEY } : asked;
    const header = this.#ground.header();
    const fault = this.#faultOf(request);
    if (fault !== undefined)
      return this.#answer({ header, watchId: NO_ID, created: true, canceled: true, cancelReason: fault });
    const id = request.watchId === 0 ? this.#freeId() : request.watchId;
    const next = request.startRevision === 0 ? hub.revision + 1 : request.startRevision;
    const watcher = new Watcher(id, request, next, request.filters, this);
    this.#watched.set(id, { watcher, request, quiet: true });
    this.#answer({ header, watchId: id, created: true });
    if (request.progressNotify) this.#reportLater();
    hub.add(watcher);
  }

  /** The reason for which a real server does not create a watcher. */
  #faultOf(request: Create): string | undefined {
    const { watchId } = request;
    if (!this.#ground.mayRead(request))
      return 'rpc error: code = PermissionDenied desc = etcdserver: permission denied';
    const [start, end] = boundsOf(request);
    if (end !== undefined && start >= end) return 'mvcc: watcher range is empty';
    return this.#watched.has(watchId) && watchId !== 0
      ? 'mvcc: duplicate watch ID provided on the WatchStream'
      : undefined;
  }

  #cancel(id: number): void {
    const watched = this.#watched.get(id);
    if (watched === undefined) return;
    this.#watched.delete(id);
    this.#ground.hub.delete(watched.watcher);
    this.#answer({ header: this.#ground.header(), watchId: id, canceled: true });
  }

  #freeId(): number {
    while (this.#watched.has(this.#nextId)) this.#nextId++;
    return this.#nextId++;
  }

  #withPrevious(event: Event): Event {
    const { key, modRevision, createRevision } = event.kv!;
    if (createRevision === modRevision) return event; // also if its transaction has deleted it before
    return { ...event, prevKv: this.#ground.store.before(key, modRevision) };
  }

  /** Tells quiet watchers now and then how far they have come. */
  #reportLater(): void {
    const { scheduler, progressInterval, hub } = this.#ground;
    this.#reports ??= scheduler.schedule(() => {
      this.#reports = undefined;
      for (const [id, watched] of this.#watched) {
        if (!watched.request.progressNotify) continue;
        if (watched.quiet && hub.isSynced(watched.watcher))
          this.#answer({ header: this.#ground.header(), watchId: id });
        watched.quiet = true;
      }
      this.#reportLater();
    }, progressInterval);
  }

  #answer(answer: Draft<WatchResponse>): void {
    this.#ground.answers.message(answer);
  }
}
