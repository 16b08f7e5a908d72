import { type SchedulerLike, type Subscriber, type Subscription, timer } from 'rxjs';
import { type CoordinationError, isCoordinationError } from '../../core/errors.js';
import type { NodeEvent } from '../protocol/event.js';
import type { Op } from '../protocol/op.js';
import type { Exchange } from '../session/exchange.js';
import { FEW, pauseAfter } from '../session/pauseAfter.js';
import type { Session } from '../session/session.js';
import type { SessionListener } from '../session/sessionListener.js';
import type { Wants, WatchedPath, Watcher } from '../session/watchedPath.js';
import { DeniedReads } from './deniedReads.js';

/** The result of a cell's read; `zxid` is the state of the store that it shows. */
export interface Reading {
  readonly kind: 'present' | 'absent' | 'denied';
  readonly zxid: bigint;
}

/** A reply that is too large to take. `zxid` is that of the reading before; 0 where there was none. */
export interface TooLarge {
  readonly kind: 'unreadable';
  readonly error: CoordinationError;
  readonly zxid: bigint;
}

/** A reading, and why it may be outdated; `undefined` while it is known to be the truth. */
export interface Shown<R> {
  readonly reading: R | TooLarge;
  readonly cause: CoordinationError | undefined;
}

/** The differences between kinds of cells. */
export interface CellKind<R extends Reading> {
  readonly name: string;
  readonly op: Op<string, R>;
  readonly wants: Wants;
  /** Whether an event means that the value may have changed. */
  concerns(event: NodeEvent): boolean;
  /** Whether two readings of one kind show the same state of the node. */
  same(a: R, b: R): boolean;
  /** Whether the node may have changed while the link was gone, and the server does not tell. */
  missable?(reading: R): boolean;
}

/** The parts of a session that cells need. */
export interface CellGround {
  readonly session: Pick<Session, 'watches' | 'listeners' | 'streams'>;
  readonly exchange: Exchange;
  readonly scheduler: SchedulerLike;
}

/** Errors that the same read would meet again. */
const HOPELESS: ReadonlySet<string> = new Set(['USAGE', 'TOO_LARGE', 'UNSUPPORTED']);

/**
 * A watched value: read once, and again after every event, but never twice at a time; so N events cost at most two
 * reads, and the last value before quiet is the truth. It outlives links and sessions: while they are gone it says that
 * it is stale, and afterwards it reads only if the server says that something changed.
 */
export class Cell<R extends Reading> implements Watcher, SessionListener {
  readonly wants: Wants;
  readonly #path: string;
  readonly #kind: CellKind<R>;
  readonly #ground: CellGround;
  readonly #subscribers = new Set<Subscriber<Shown<R>>>();
  readonly #forget: () => void;
  #entry: WatchedPath | undefined;
  #shown: Shown<R> | undefined;
  #read: Subscription | undefined;
  #dirty = true;
  #refusals = 0;
  #denied: DeniedReads | undefined;

  constructor(path: string, kind: CellKind<R>, ground: CellGround, forget: () => void) {
    this.#path = path;
    this.#kind = kind;
    this.#ground = ground;
    this.#forget = forget;
    this.wants = kind.wants;
  }

  join(subscriber: Subscriber<Shown<R>>): void {
    this.#subscribers.add(subscriber);
    if (this.#entry === undefined) this.#start();
    else if (this.#shown !== undefined) subscriber.next(this.#shown);
  }

  leave(subscriber: Subscriber<Shown<R>>): void {
    if (!this.#subscribers.delete(subscriber) || this.#subscribers.size > 0 || this.#entry === undefined) return;
    const { session } = this.#ground;
    session.watches.remove(this.#entry, this);
    session.listeners.delete(this);
    this.#read?.unsubscribe();
    this.#denied?.close();
    this.#forget();
  }

  event(event: NodeEvent): void {
    if (this.#kind.concerns(event)) this.#readAgain();
  }

  /** The path is not watched: a read shows the truth of its moment, if it succeeds. */
  refused(error: CoordinationError): void {
    this.#doubt(error);
    this.#readAgain();
  }

  suspended(cause: CoordinationError): void {
    if (this.#shown !== undefined && this.#shown.cause === undefined) this.#show(this.#shown.reading, cause);
  }

  resumed(): void {
    const reading = this.#shown?.reading;
    // nothing is known of the node, so nothing catches up
    if (reading?.kind === 'denied') this.#dirty = true;
    else if (reading !== undefined && reading.kind !== 'unreadable' && this.#kind.missable?.(reading))
      this.#dirty = true;
    if (this.#dirty || this.#read !== undefined) this.#refresh();
    else if (this.#shown?.cause !== undefined) this.#show(this.#shown.reading, undefined);
  }

  ended(error: CoordinationError | undefined): void {
    this.#read?.unsubscribe();
    this.#denied?.close();
    for (const subscriber of [...this.#subscribers]) {
      if (error === undefined) subscriber.complete();
      else subscriber.error(error);
    }
  }

  #start(): void {
    const { session } = this.#ground;
    session.listeners.add(this);
    this.#entry = session.watches.add(this.#path, this); // goes out before the read, which then cannot miss a change
    this.#refresh();
  }

  #refresh(): void {
    if (this.#read !== undefined || this.#ground.session.streams.state.kind !== 'connected') return;
    this.#dirty = false;
    const read = this.#ground.exchange(this.#kind.op, this.#path).subscribe({
      next: (reading) => this.#got(reading),
      error: (error: unknown) => this.#failed(error),
    });
    if (!read.closed) this.#read = read;
  }

  #got(reading: R | TooLarge): void {
    this.#read = undefined;
    this.#refusals = 0;
    const { kind } = reading;
    if (kind === 'denied') this.#lookLater();
    else {
      this.#entry!.exists = kind !== 'absent';
      this.#denied?.answered(this.#path);
    }
    const shown = this.#shown;
    const cause = kind === 'denied' ? undefined : this.#entry!.refusal;
    if (
      shown === undefined ||
      (shown.cause === undefined) !== (cause === undefined) ||
      !this.#same(shown.reading, reading)
    )
      this.#show(reading, cause);
    if (this.#dirty && this.#subscribers.size > 0) this.#refresh();
  }

  /** No event tells that the node may be read. Where its watch is refused, too, each try to set it leads to a read. */
  #lookLater(): void {
    if (this.#entry!.refusal !== undefined) return this.#denied?.close();
    this.#denied ??= new DeniedReads(this.#ground.scheduler, () => this.#readAgain());
    this.#denied.refused(this.#path);
  }

  #readAgain(): void {
    this.#dirty = true;
    this.#refresh();
  }

  #same(a: R | TooLarge, b: R | TooLarge): boolean {
    return a.kind !== 'unreadable' && b.kind !== 'unreadable' && a.kind === b.kind && this.#kind.same(a, b);
  }

  #failed(error: unknown): void {
    this.#read = undefined;
    if (isCoordinationError(error) && error.code === 'REPLY_TOO_LARGE')
      return this.#got({ kind: 'unreadable', error, zxid: this.#shown?.reading.zxid ?? 0n });
    this.#dirty = true; // whatever the reason, the value is not known; a lost link comes back with `resumed`
    if (isCoordinationError(error) && HOPELESS.has(error.code)) return this.ended(error);
    if (!isCoordinationError(error) || error.layer !== 'server') return;
    if (++this.#refusals >= FEW && this.#shown === undefined) return this.ended(error);
    this.#doubt(error);
    // eslint-disable-next-line rxjs-x/no-ignored-error -- a timer has none
    this.#read = timer(pauseAfter(this.#refusals), this.#ground.scheduler).subscribe(() => {
      this.#read = undefined;
      this.#refresh();
    });
  }

  /** The shown value may be outdated. */
  #doubt(cause: CoordinationError): void {
    const shown = this.#shown;
    if (shown !== undefined && shown.cause === undefined && shown.reading.kind !== 'denied')
      this.#show(shown.reading, cause);
  }

  #show(reading: R | TooLarge, cause: CoordinationError | undefined): void {
    this.#shown = { reading, cause };
    for (const subscriber of [...this.#subscribers]) subscriber.next(this.#shown);
  }
}
