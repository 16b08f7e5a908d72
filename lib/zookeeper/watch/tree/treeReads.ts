import { type SchedulerLike, type Subscription, timer } from 'rxjs';
import { Ring } from '../../../bytes/ring.js';
import { type CoordinationError, isCoordinationError } from '../../../core/errors.js';
import { NO_NODE } from '../../protocol/errorCode.js';
import type { Op } from '../../protocol/op.js';
import { exists } from '../../protocol/ops/exists.js';
import { getChildren } from '../../protocol/ops/getChildren.js';
import { getData } from '../../protocol/ops/getData.js';
import type { CallOptions, Exchange } from '../../session/exchange.js';
import { pauseAfter } from '../../session/pauseAfter.js';

/**
 * The kinds of reads of a node: its data, the names of its children, or, where these may not be read, its metadata.
 */
export type Kind = 'data' | 'names' | 'stat';

/** That there is no node is an answer, and no error. */
const unlessGone = <R>(op: Op<string, R>): Op<string, R | null> => ({
  ...(op as Op<string, R | null>),
  refused: (code) => (code === NO_NODE ? null : undefined),
});
const OPS: Readonly<Record<Kind, Op<string, unknown>>> = {
  data: unlessGone(getData),
  names: unlessGone(getChildren),
  stat: exists,
};
/** The first reading of a large tree must not keep others waiting. */
const BULK: CallOptions = { priority: 'bulk' };

/** A read, under way or to come. */
interface Task {
  readonly kind: Kind;
  readonly path: string;
  /** One of the reads that make the tree whole: on the first time, and after a gap. */
  owed: boolean;
  /** Something happened meanwhile: to be read again. */
  again: boolean;
  /** How often in a row the server has refused it. */
  refusals: number;
  subscription: Subscription | undefined;
}

/** Who needs the reads. */
export interface Reader {
  /** A reading came, `null` where there is no node; the next reads are asked for before this returns. */
  got(kind: Kind, path: string, reading: unknown, owed: boolean): void;
  /** The same read would be refused again. */
  refused(kind: Kind, path: string, error: CoordinationError, owed: boolean): void;
  /** A read was refused, for so many times in a row, and is tried again; it is owed from now on. */
  delayed(error: CoordinationError, refusals: number): void;
  /** Nothing is owed any more. */
  whole(): void;
}

/**
 * So many reads are under way at a time: enough to fill the wire, and few enough that a large tree costs no memory
 * twice.
 */
const AT_A_TIME = 1000;
/** Errors that the same read would meet again. */
const HOPELESS: ReadonlySet<string> = new Set(['NO_AUTH', 'USAGE', 'TOO_LARGE', 'REPLY_TOO_LARGE', 'UNSUPPORTED']);

/**
 * The reads of a tree: for each node at most one of a kind at a time, and one more if something happened meanwhile.
 * They outlive links: lost reads are repeated on the next one.
 */
export class TreeReads {
  readonly #exchange: Exchange;
  readonly #reader: Reader;
  readonly #scheduler: SchedulerLike;
  readonly #waiting = new Ring<Task>();
  readonly #underWay: Readonly<Record<Kind, Map<string, Task>>> = {
    data: new Map(),
    names: new Map(),
    stat: new Map(),
  };
  #running = false;
  #closed = false;
  #busy = 0;
  #owed = 0;

  constructor(exchange: Exchange, scheduler: SchedulerLike, reader: Reader) {
    this.#exchange = exchange;
    this.#reader = reader;
    this.#scheduler = scheduler;
  }

  /** Whether everything that is owed has been read. */
  get whole(): boolean {
    return this.#owed === 0;
  }

  /** Whether there is a link, and everything that is owed has been read. */
  get settled(): boolean {
    return this.#running && this.whole;
  }

  ask(kind: Kind, path: string, owed: boolean): void {
    if (this.#closed) return;
    const task = this.#underWay[kind].get(path);
    if (task !== undefined) {
      task.again = true;
      if (owed) this.#owe(task);
      return;
    }
    const fresh: Task = { kind, path, owed: false, again: false, refusals: 0, subscription: undefined };
    if (owed) this.#owe(fresh);
    this.#waiting.push(fresh);
    this.#fill();
  }

  /** Whether a node's data is being read. */
  underWay(path: string): boolean {
    return this.#underWay.data.has(path);
  }

  /** The link is lost. */
  pause(): void {
    this.#running = false;
  }

  /** There is a link, and whatever has not been read yet is owed. */
  resume(): void {
    this.#running = true;
    for (const tasks of [this.#waiting, ...Object.values(this.#underWay).map((map) => map.values())])
      for (const task of tasks) this.#owe(task);
    this.#fill();
  }

  /** Whether there are no subscribers any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Ends them all. */
  close(): void {
    this.#closed = true;
    for (const tasks of Object.values(this.#underWay)) {
      for (const { subscription } of tasks.values()) subscription?.unsubscribe();
      tasks.clear();
    }
    this.#waiting.clear();
  }

  #owe(task: Task): void {
    if (task.owed) return;
    task.owed = true;
    this.#owed++;
  }

  #fill(): void {
    while (this.#running && !this.#closed && this.#busy < AT_A_TIME && this.#waiting.length > 0)
      this.#begin(this.#waiting.shift()!);
  }

  #begin(task: Task): void {
    const { kind, path } = task;
    const tasks = this.#underWay[kind];
    const same = tasks.get(path);
    if (same !== undefined) return this.#join(task, same);
    tasks.set(path, task);
    this.#busy++;
    const subscription = this.#exchange(OPS[kind], path, task.owed ? BULK : undefined).subscribe({
      next: (reading) => this.#end(task, () => this.#reader.got(kind, path, reading, task.owed)),
      error: (error: unknown) => this.#failed(task, error),
    });
    if (!subscription.closed) task.subscription = subscription;
  }

  /** Two that waited for the same. */
  #join(task: Task, same: Task): void {
    same.again = true;
    if (!task.owed) return;
    this.#owed--;
    this.#owe(same);
  }

  #end(task: Task, tell: () => void): void {
    const { kind, path, again, owed } = task;
    this.#underWay[kind].delete(path);
    this.#busy--;
    tell();
    if (this.#closed) return;
    if (again) this.ask(kind, path, false);
    if (owed && --this.#owed === 0) this.#reader.whole();
    this.#fill();
  }

  #failed(task: Task, error: unknown): void {
    const { kind, path } = task;
    if (isCoordinationError(error) && HOPELESS.has(error.code))
      return this.#end(task, () => this.#reader.refused(kind, path, error, task.owed));
    if (!isCoordinationError(error) || error.layer !== 'server') {
      this.#running = false; // the next read would fail as this one did: there is a link again with `resume`, or never
      return this.#postpone(task);
    }
    task.refusals++;
    // eslint-disable-next-line rxjs-x/no-ignored-error -- a timer has none
    task.subscription = timer(pauseAfter(task.refusals), this.#scheduler).subscribe(() => {
      this.#postpone(task);
      this.#fill();
    });
    this.#owe(task);
    this.#reader.delayed(error, task.refusals);
  }

  #postpone(task: Task): void {
    this.#underWay[task.kind].delete(task.path);
    this.#busy--;
    this.#waiting.push(task);
  }
}
