import { type Observable, type SchedulerLike, asyncScheduler } from 'rxjs';
import type { LeaseError } from './leaseError.js';

/** The key under which a hold has the clock of its client. */
export const CLOCK: unique symbol = Symbol('clock');

/** Something that is held: a lock, a leadership. */
export interface Held {
  /** Aborts when it is lost or given back. */
  readonly signal: AbortSignal;
  /** Why it is no longer held; `undefined` while it is held. */
  readonly lost: LeaseError | undefined;
  /**
   * Gives it back, and completes when it is free. Only holds have it that would outlive their client; others are given
   * back by unsubscribing alone.
   */
  release?(): Observable<void>;
  /** @internal */
  readonly [CLOCK]?: SchedulerLike;
}

/** Something that expires unless the servers prove it again and again. */
export interface ProvenHold extends Held {
  /** Whether no other client can hold it now. */
  readonly valid: boolean;
  /**
   * The time, on the clock of the client, until which no other client can hold it. It moves on while the servers
   * answer.
   */
  readonly validUntil: number;
}

/** The clock of the client that holds this. A hold that is not of this library has none: then RxJS's own clock. */
export function clockOf(held: Held | undefined): SchedulerLike {
  return held?.[CLOCK] ?? asyncScheduler;
}
