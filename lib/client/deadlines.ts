import type { SchedulerLike, Subscription } from 'rxjs';
import { Linked, type Place } from '../bytes/linked.js';
import { MinHeap } from '../bytes/minHeap.js';
import { NumberTable } from '../bytes/numberTable.js';
import { PAUSE, READING } from './inTime.js';

/** Something that expires, unless it is taken out before. */
export interface Expiring {
  /** The moment, in milliseconds on the client's clock. It never changes. */
  readonly deadline: number;
  /** Called once, when the moment has come. */
  expire(): void;
  /** Its place among those of its millisecond, which the {@link Deadlines} keep here. */
  place?: Place<Expiring> | undefined;
}

/** Those of one millisecond, in the order in which they were added. */
interface Group {
  readonly members: Linked<Expiring>;
  /** No deadline is earlier. */
  first: number;
}

/** Milliseconds after a pause of the process in which answers that keep coming are waited for. */
const CATCHING_UP = 1000;

/**
 * The deadlines of everything under way. One timer serves all of them. Its cost is that of the deadlines that have
 * come, however many others there are.
 *
 * After a pause of the process, timers fire before the sockets are read. So answers that have arrived meanwhile are
 * read first, as long as some end others, and what is still under way then expires.
 */
export class Deadlines<T extends Expiring = Expiring> {
  readonly #scheduler: SchedulerLike;
  readonly #groups = new NumberTable<Group>();
  /** The milliseconds of all groups, and of some that are gone. */
  readonly #dues = new MinHeap<number>((a, b) => a < b);
  #newest: number | undefined; // a group that is kept even when it is empty: the next deadline is likely to join it
  #timer: Subscription | undefined;
  #armed = Infinity;
  #awoke: number | undefined; // the end of a pause, while the sockets are read
  #ended = 0; // how many were taken out before they expired
  #endedThen = 0; // when the sockets were read last

  constructor(scheduler: SchedulerLike) {
    this.#scheduler = scheduler;
  }

  add(it: T): void {
    const { deadline } = it;
    const group = this.#groups.get(Math.floor(deadline)) ?? this.#begin(deadline);
    it.place = group.members.push(it);
    if (deadline < group.first) group.first = deadline;
    if (deadline < this.#armed) this.#arm(deadline);
  }

  /** How many there are. Counted when it is asked for. */
  get size(): number {
    let size = 0;
    for (const { members } of this.#groups.values()) size += members.size;
    return size;
  }

  /** Takes one out, if it is there. */
  delete(it: T): void {
    const due = Math.floor(it.deadline);
    const group = this.#groups.get(due);
    if (group === undefined || it.place === undefined) return;
    group.members.delete(it.place);
    this.#ended++;
    if (group.members.size === 0 && due !== this.#newest) this.#groups.delete(due);
  }

  /** Ends all of them, and stops the timer for good. */
  clear(end?: (it: T) => void): void {
    this.#timer?.unsubscribe();
    this.#armed = -Infinity;
    for (const { members } of this.#groups.values())
      for (let it = members.shift(); it !== undefined; it = members.shift()) end?.(it as T);
    this.#groups.clear();
    this.#dues.clear();
  }

  #begin(deadline: number): Group {
    const due = Math.floor(deadline);
    const newest = this.#newest === undefined ? undefined : this.#groups.get(this.#newest);
    if (newest?.members.size === 0) this.#groups.delete(this.#newest!);
    const group = { members: new Linked<Expiring>(), first: deadline };
    this.#groups.set(due, group);
    this.#dues.push(due);
    this.#newest = due;
    return group;
  }

  #arm(due: number): void {
    this.#timer?.unsubscribe();
    this.#armed = due;
    this.#timer =
      due === Infinity
        ? undefined
        : this.#scheduler.schedule(() => this.#expire(), Math.max(0, due - this.#scheduler.now()));
  }

  #expire(): void {
    if (this.#isReading()) {
      this.#timer = this.#scheduler.schedule(() => this.#expire(), READING);
      return;
    }
    const now = this.#awoke ?? this.#scheduler.now();
    this.#awoke = undefined;
    for (let due = this.#dues.first; due !== undefined && due <= now; due = this.#dues.first) {
      this.#expireUntil(now, this.#groups.get(due));
      const rest = this.#groups.get(due); // others may have joined meanwhile
      if (rest !== undefined && rest.members.size > 0) {
        rest.first = [...rest.members].reduce((first, { deadline }) => Math.min(first, deadline), Infinity);
        break;
      }
      this.#groups.delete(due);
      this.#dues.pop();
    }
    if (this.#armed !== -Infinity) this.#arm(this.#next());
  }

  /** Whether the process stood still, and the sockets may still bring answers that arrived meanwhile. */
  #isReading(): boolean {
    const now = this.#scheduler.now();
    if (this.#awoke === undefined ? now - this.#armed <= PAUSE : this.#ended === this.#endedThen) return false;
    this.#awoke ??= now;
    this.#endedThen = this.#ended;
    return now - this.#awoke < CATCHING_UP;
  }

  #expireUntil(now: number, group: Group | undefined): void {
    for (const it of [...(group?.members ?? [])])
      if (it.deadline <= now && group!.members.delete(it.place!)) it.expire();
  }

  /** When to look again. Groups that are gone are dropped from the heap on the way. */
  #next(): number {
    for (let due = this.#dues.first; due !== undefined; due = this.#dues.first) {
      const group = this.#groups.get(due);
      if (group !== undefined && group.members.size > 0) return group.first;
      this.#groups.delete(due);
      this.#dues.pop();
    }
    return Infinity;
  }
}
