import type { SchedulerLike } from 'rxjs';
import { type ReconnectBackoff, backoff } from '../core/backoff.js';

/** A connection that stood for fewer milliseconds counts as a failure: no busy loop with a broken server. */
const STABLE = 1000;

/** The options of a client that say how it repeats attempts. */
export interface RedialSettings {
  readonly backoff: ReconnectBackoff;
  readonly random: () => number;
  readonly scheduler: SchedulerLike;
}

/** Counts failures in a row, and says how long to wait before the next attempt. */
export class Redial {
  readonly #settings: RedialSettings;
  #failures = 0;
  #since: number | undefined;
  #spread = 0; // of the first attempt after a lost connection

  constructor(settings: RedialSettings) {
    this.#settings = settings;
  }

  /** How many attempts in a row have failed. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether a connection stands. */
  get stands(): boolean {
    return this.#since !== undefined;
  }

  /** An attempt has failed. */
  failed(): void {
    this.#failures++;
    this.#spread = 0;
  }

  /** An attempt has done what it was for. */
  succeeded(): void {
    this.#failures = 0;
  }

  /** A connection stands from now on. Whether it counts as a success shows when it ends. */
  begins(): void {
    this.#since = this.#settings.scheduler.now();
  }

  /** The connection has ended, if there was one. It counts as a failure unless it was stable. */
  ends(): void {
    if (this.#since === undefined) return;
    if (this.#settings.scheduler.now() - this.#since >= STABLE) this.succeeded();
    else this.failed();
    this.#since = undefined;
    this.lost();
  }

  /** A connection that stood has been lost: the next attempt waits for its share of the spread. */
  lost(): void {
    const { backoff: waits, random } = this.#settings;
    const { spread = 0 } = waits;
    this.#spread = spread === 0 ? 0 : random() * spread;
  }

  /**
   * How long to wait before the next attempt, in milliseconds.
   *
   * @param round how many rounds over all servers were in vain; by default each failure is a round. After none, there
   * is no wait but the spread after a lost connection
   */
  delay(round = this.#failures): number {
    const { backoff: waits, random } = this.#settings;
    return Math.max(this.#spread, round === 0 ? 0 : backoff(round, waits, random));
  }
}

/** The same items in another order, so that many clients spread evenly over the servers. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const list = [...items];
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}
