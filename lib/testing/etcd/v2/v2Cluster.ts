import type { SchedulerLike, Subscription } from 'rxjs';
import type { EtcdMember } from '../cluster/etcdMember.js';
import type { V2Change } from './store/v2Change.js';
import type { V2Event } from './store/v2Event.js';
import type { V2Store } from './store/v2Store.js';
import { V2Auth } from './v2Auth.js';
import type { V2Log } from './v2Log.js';

const LONGEST_TIMER = 2 ** 31 - 1;

/** The part of a cluster that serves the v2 API: the stores of its members, and its users. */
export class V2Cluster {
  readonly auth: V2Auth;
  readonly #members: readonly EtcdMember[];
  readonly #log: V2Log;
  readonly #scheduler: SchedulerLike;
  readonly #propose: () => void;
  #running = false;
  #timer: Subscription | undefined;
  #due = Infinity;

  /** @param propose takes the number of an entry in the log of the cluster */
  constructor(members: readonly EtcdMember[], log: V2Log, scheduler: SchedulerLike, propose: () => void) {
    this.#members = members;
    this.#log = log;
    this.#scheduler = scheduler;
    this.#propose = propose;
    this.auth = new V2Auth();
  }

  /**
   * The members agree about a change. Those in the quorum make it at once. Throws the refusal of the store.
   *
   * @param at the member that was asked, which is in the quorum
   */
  change(at: EtcdMember, change: V2Change): V2Event | undefined {
    this.#make(change);
    return at.v2.answer;
  }

  /** The store of a member that has made all changes. */
  get newest(): V2Store {
    return this.#members.reduce((a, b) => (b.v2.place > a.v2.place ? b : a)).v2.store;
  }

  /** There is a leader: nodes expire again. */
  start(): void {
    this.#running = true;
    this.#watch();
  }

  /** There is none: nothing expires. */
  stop(): void {
    this.#running = false;
    this.#timer?.unsubscribe();
    this.#due = Infinity;
  }

  #make(change: V2Change): void {
    this.#propose();
    this.#log.append(change);
    for (const { inQuorum, v2 } of this.#members) if (inQuorum) v2.follow();
    this.#log.trim();
    this.#watch();
  }

  /** One timer, for the node that expires next. */
  #watch(): void {
    const next = this.newest.nextExpiry ?? Infinity;
    if (!this.#running || next === this.#due) return;
    this.#timer?.unsubscribe();
    this.#due = next;
    if (next === Infinity) return;
    const left = Math.min(Math.max(0, next - this.#scheduler.now()), LONGEST_TIMER);
    this.#timer = this.#scheduler.schedule(() => {
      this.#due = Infinity;
      if (next <= this.#scheduler.now()) this.#make({ kind: 'expire' });
      else this.#watch();
    }, left);
  }
}
