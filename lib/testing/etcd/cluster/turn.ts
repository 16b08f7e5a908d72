import type { Subscription } from 'rxjs';
import type { EtcdServerSettings } from '../etcdServerOptions.js';
import type { EtcdMember } from './etcdMember.js';

/** The turn of one call at a member. The call waits for one thing at a time. */
export class Turn {
  readonly #member: EtcdMember;
  readonly #settings: EtcdServerSettings;
  #timer: Subscription | undefined;

  constructor(member: EtcdMember, settings: EtcdServerSettings) {
    this.#member = member;
    this.#settings = settings;
  }

  /** Calls `go` once the member runs. */
  whenRunning(go: () => void): void {
    const member = this.#member;
    member.waits.until(this, () => !member.paused, go);
  }

  /**
   * Calls `go` once the member runs, and also is in the quorum if the call needs that. After the longest wait of a
   * request, `late` is called instead, once the member runs.
   */
  whenReady(needsQuorum: boolean, go: () => void, late: () => void): void {
    const member = this.#member;
    let begun = false;
    member.waits.until(
      this,
      () => !member.paused && (member.inQuorum || !needsQuorum),
      () => {
        begun = true;
        this.#timer?.unsubscribe();
        go();
      }
    );
    if (begun) return;
    this.after(this.#settings.requestTimeout, () => {
      member.waits.giveUp(this);
      this.whenRunning(late);
    });
  }

  /** Calls `go` after so many milliseconds. */
  after(milliseconds: number, go: () => void): void {
    this.#timer = this.#settings.scheduler.schedule(go, milliseconds);
  }

  /** The call is over: nothing more is called. */
  end(): void {
    this.#member.waits.giveUp(this);
    this.#timer?.unsubscribe();
  }
}
