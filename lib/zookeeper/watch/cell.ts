import { type Observer, type SchedulerLike, type Subscription, timer } from 'rxjs';
import { type CoordinationError, isCoordinationError } from '../../core/errors.js';
import { type Members, membersOf, withMember, withoutMember } from '../../core/members.js';
import type { NodeEvent } from '../protocol/event.js';
import type { Exchange } from '../session/exchange.js';
import { FEW, pauseAfter } from '../session/pauseAfter.js';
import type { Session } from '../session/session.js';
import type { SessionListener } from '../session/sessionListener.js';
import type { Wants, WatchedPath, Watcher } from '../session/watchedPath.js';
import type { CellKind, Reading, TooLarge } from './cellKind.js';
import type { CellSubscription } from './cellSubscription.js';
import { DeniedReads } from './deniedReads.js';

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
export class Cell<R extends Reading> implements Watcher, SessionListener, Pick<Observer<R>, 'next' | 'error'> {
  readonly path: string;
  readonly kind: CellKind<R>;
  readonly #ground: CellGround;
  readonly #forget: (cell: Cell<R>) => void;
  #subscriptions: Members<CellSubscription<R>> = undefined;
  #entry: WatchedPath | undefined;
  #reading: R | TooLarge | undefined;
  #cause: CoordinationError | undefined;
  #read: Subscription | undefined;
  #dirty = true;
  #refusals = 0;
  #denied: DeniedReads | undefined;

  /** @param forget called when the last subscriber has left */
  constructor(path: string, kind: CellKind<R>, ground: CellGround, forget: (cell: Cell<R>) => void) {
    this.path = path;
    this.kind = kind;
    this.#ground = ground;
    this.#forget = forget;
  }

  get wants(): Wants {
    return this.kind.wants;
  }

  join(subscription: CellSubscription<R>): void {
    this.#subscriptions = withMember(this.#subscriptions, subscription);
    if (this.#entry === undefined) this.#start();
    else if (this.#reading !== undefined) subscription.show(this.#reading, this.#cause);
  }

  leave(subscription: CellSubscription<R>): void {
    if (this.#subscriptions === undefined) return;
    this.#subscriptions = withoutMember(this.#subscriptions, subscription);
    if (this.#subscriptions !== undefined) return;
    this.#ground.session.watches.remove(this.#entry!, this);
    this.#stop();
    this.#forget(this);
  }

  event(event: NodeEvent): void {
    if (this.kind.concerns(event)) this.#readAgain();
  }

  /** The path is not watched: a read shows the truth of its moment, if it succeeds. */
  refused(error: CoordinationError): void {
    this.#doubt(error);
    this.#readAgain();
  }

  suspended(cause: CoordinationError): void {
    if (this.#reading !== undefined && this.#cause === undefined) this.#show(this.#reading, cause);
  }

  resumed(): void {
    if (this.#subscriptions === undefined) return; // another subscriber has ended it just now
    const reading = this.#reading;
    // nothing is known of the node, so nothing catches up
    if (reading?.kind === 'denied') this.#dirty = true;
    else if (reading !== undefined && reading.kind !== 'unreadable' && this.kind.missable?.(reading))
      this.#dirty = true;
    if (this.#dirty || this.#read !== undefined) this.#refresh();
    else if (reading !== undefined && this.#cause !== undefined) this.#show(reading, undefined);
  }

  ended(error: CoordinationError | undefined): void {
    this.#stop();
    for (const subscription of membersOf(this.#subscriptions)) subscription.end(error, this.#reading === undefined);
  }

  /** The reply to its read. */
  next(reading: R): void {
    this.#got(reading);
  }

  /** Its read has failed. */
  error(error: unknown): void {
    this.#read = undefined;
    if (isCoordinationError(error) && error.code === 'REPLY_TOO_LARGE')
      return this.#got({ kind: 'unreadable', error, zxid: this.#reading?.zxid ?? 0n });
    this.#dirty = true; // whatever the reason, the value is not known; a lost link comes back with `resumed`
    if (isCoordinationError(error) && HOPELESS.has(error.code)) return this.ended(error);
    if (!isCoordinationError(error) || error.layer !== 'server') return;
    if (++this.#refusals >= FEW && this.#reading === undefined) return this.ended(error);
    this.#doubt(error);
    // eslint-disable-next-line rxjs-x/no-ignored-error -- a timer has none
    this.#read = timer(pauseAfter(this.#refusals), this.#ground.scheduler).subscribe(() => {
      this.#read = undefined;
      this.#refresh();
    });
  }

  #start(): void {
    this.#entry = this.#ground.session.watches.add(this.path, this); // goes out before the read, which misses no change
    this.#refresh();
  }

  #stop(): void {
    this.#read?.unsubscribe();
    this.#denied?.close();
  }

  #refresh(): void {
    if (this.#read !== undefined || this.#ground.session.streams.state.kind !== 'connected') return;
    this.#dirty = false;
    const read = this.#ground.exchange(this.kind.op, this.path).subscribe(this);
    if (!read.closed) this.#read = read;
  }

  #got(reading: R | TooLarge): void {
    this.#read = undefined;
    this.#refusals = 0;
    const { kind } = reading;
    if (kind === 'denied') this.#lookLater();
    else {
      this.#entry!.exists = kind !== 'absent';
      this.#denied?.answered(this.path);
    }
    const cause = kind === 'denied' ? undefined : this.#entry!.refusal;
    if ((this.#cause === undefined) !== (cause === undefined) || !this.#isShown(reading)) this.#show(reading, cause);
    if (this.#dirty && this.#subscriptions !== undefined) this.#refresh();
  }

  /** No event tells that the node may be read. Where its watch is refused, too, each try to set it leads to a read. */
  #lookLater(): void {
    if (this.#entry!.refusal !== undefined) return this.#denied?.close();
    this.#denied ??= new DeniedReads(this.#ground.scheduler, () => this.#readAgain());
    this.#denied.refused(this.path);
  }

  #readAgain(): void {
    this.#dirty = true;
    this.#refresh();
  }

  /** Whether this reading is the one that is shown. */
  #isShown(reading: R | TooLarge): boolean {
    const shown = this.#reading;
    if (shown === undefined || shown.kind === 'unreadable' || reading.kind === 'unreadable') return false;
    return shown.kind === reading.kind && this.kind.same(shown, reading);
  }

  /** The shown value may be outdated. */
  #doubt(cause: CoordinationError): void {
    const reading = this.#reading;
    if (reading !== undefined && this.#cause === undefined && reading.kind !== 'denied') this.#show(reading, cause);
  }

  #show(reading: R | TooLarge, cause: CoordinationError | undefined): void {
    this.#reading = reading;
    this.#cause = cause;
    for (const subscription of membersOf(this.#subscriptions)) subscription.show(reading, cause);
  }
}
