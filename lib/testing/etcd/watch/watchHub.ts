import type { SchedulerLike, Subscription } from 'rxjs';
import type { Event } from '../../../etcd/v3/protocol/watch.js';
import { keyOf } from '../../host/keyOf.js';
import type { Mvcc } from '../store/mvcc.js';
import type { Watcher } from './watcher.js';

/** The time between two batches for watchers that catch up. */
const PERIOD = 100;

/**
 * The watchers of one member. Those that have seen everything hear of each revision at once. Those that begin in the
 * past catch up in batches.
 */
export class WatchHub {
  readonly #store: Mvcc;
  readonly #scheduler: SchedulerLike;
  readonly #batch: number;
  readonly #keys = new Map<string, Set<Watcher>>();
  readonly #ranges = new Set<Watcher>();
  readonly #late = new Set<Watcher>();
  #timer: Subscription | undefined;
  #revision: number;

  /** @param batch the most revisions that a watcher who catches up is told at once */
  constructor(store: Mvcc, scheduler: SchedulerLike, batch: number) {
    this.#batch = batch;
    this.#store = store;
    this.#scheduler = scheduler;
    this.#revision = store.revision;
  }

  /** The newest revision that this member knows. */
  get revision(): number {
    return this.#revision;
  }

  /** How many watchers there are. */
  get size(): number {
    return [...this.#keys.values()].reduce((sum, { size }) => sum + size, this.#late.size + this.#ranges.size);
  }

  add(watcher: Watcher): void {
    if (watcher.next > this.#revision) this.#keepUp(watcher);
    else {
      this.#late.add(watcher);
      this.#catchUpSoon();
    }
  }

  delete(watcher: Watcher): void {
    this.#late.delete(watcher);
    this.#ranges.delete(watcher);
    const others = this.#keys.get(watcher.start);
    if (others?.delete(watcher) === true && others.size === 0) this.#keys.delete(watcher.start);
  }

  /** Whether a watcher has seen everything. */
  isSynced(watcher: Watcher): boolean {
    return !this.#late.has(watcher);
  }

  /** Brings this member up to the newest revision of the store. */
  follow(): void {
    const { compacted, revision: newest } = this.#store;
    const from = this.#revision + 1;
    if (compacted > from) this.#fallBehind(from);
    else for (const [revision, events] of this.#store.history(from)) this.#see(revision, events);
    this.#revision = newest;
    this.#catchUpSoon();
  }

  /** The end: no timer is left. */
  end(): void {
    this.#timer?.unsubscribe();
  }

  /** Events from this revision on were compacted away, while this member was cut off. */
  #fallBehind(from: number): void {
    for (const watcher of [...this.#ranges, ...[...this.#keys.values()].flatMap((watchers) => [...watchers])]) {
      this.delete(watcher);
      watcher.next = Math.max(watcher.next, from);
      if (watcher.next > this.#store.revision) this.#keepUp(watcher);
      else this.#late.add(watcher);
    }
  }

  #see(revision: number, events: readonly Event[]): void {
    this.#revision = revision;
    const found = new Map<Watcher, Event[]>();
    const add = (watcher: Watcher, event: Event) => {
      if (revision < watcher.next) return;
      const own = found.get(watcher);
      if (own === undefined) found.set(watcher, [event]);
      else own.push(event);
    };
    for (const event of events) {
      const key = keyOf(event.kv!.key);
      for (const watcher of this.#keys.get(key) ?? []) add(watcher, event);
      for (const watcher of this.#ranges) if (watcher.isAbout(key)) add(watcher, event);
    }
    for (const [watcher, own] of found) watcher.send(own, revision);
  }

  #keepUp(watcher: Watcher): void {
    if (!watcher.single) this.#ranges.add(watcher);
    else {
      const others = this.#keys.get(watcher.start);
      if (others === undefined) this.#keys.set(watcher.start, new Set([watcher]));
      else others.add(watcher);
    }
  }

  /** At the next beat of a clock that runs all the time, as that of a real server does. */
  #catchUpSoon(): void {
    if (this.#timer !== undefined || this.#late.size === 0) return;
    const wait = PERIOD - (this.#scheduler.now() % PERIOD);
    this.#timer = this.#scheduler.schedule(() => {
      this.#timer = undefined;
      for (const watcher of [...this.#late]) this.#catchUp(watcher);
      this.#catchUpSoon();
    }, wait);
  }

  /** Sends one batch. A watcher that has seen everything then keeps up. */
  #catchUp(watcher: Watcher): void {
    const { compacted } = this.#store;
    if (watcher.next < compacted) {
      this.#late.delete(watcher);
      return watcher.sink.compacted(watcher, compacted);
    }
    const batch: Event[] = [];
    let count = 0;
    for (const [revision, events] of this.#store.history(watcher.next)) {
      if (revision > this.#revision) break;
      const own = events.filter(({ kv }) => watcher.isAbout(keyOf(kv!.key)));
      if (own.length === 0) continue;
      if (++count > this.#batch) {
        watcher.next = revision;
        return watcher.send(batch, this.#revision);
      }
      batch.push(...own);
    }
    watcher.next = this.#revision + 1;
    this.#late.delete(watcher);
    this.#keepUp(watcher);
    if (batch.length > 0) watcher.send(batch, this.#revision);
  }
}
