import { VirtualAction, VirtualTimeScheduler } from 'rxjs';

/** Virtual time that a test moves on by hand: nothing in it has to end. */
export class VirtualTime extends VirtualTimeScheduler {
  constructor() {
    super(VirtualAction, 0);
  }

  /** Lets `ms` pass, with all that was to happen meanwhile. */
  advance(ms: number): void {
    const until = this.frame + ms;
    this.maxFrames = until;
    this.flush();
    this.frame = until;
  }
}
