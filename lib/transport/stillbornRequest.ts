import type { Http1Stream } from '../core/http1Client.js';
import type { Http2Stream } from '../core/http2Link.js';

/** A request that could not begin. Its listener hears so after the caller has it. */
export class StillbornRequest implements Http1Stream, Http2Stream {
  readonly sent = false;
  #cancelled = false;

  /** @param end tells the listener why */
  constructor(end: () => void) {
    queueMicrotask(() => {
      if (!this.#cancelled) end();
    });
  }

  write(): boolean {
    return true;
  }

  finish(): void {}

  cancel(): void {
    this.#cancelled = true;
  }

  hold(): void {}

  release(): void {}
}
