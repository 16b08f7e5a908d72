/** Which way bytes go through a proxy. */
export type Direction = 'toClient' | 'toServer';

/** What a proxy does to one direction, now and for connections to come. */
export class ProxyRules {
  /** `hold` keeps what arrives until it flows again; `drop` loses it. */
  state: 'flow' | 'hold' | 'drop' = 'flow';
  /** Milliseconds that every chunk is under way. */
  delay = 0;
  /** How far, in milliseconds, `delay` may be off, both ways. */
  jitter = 0;
  random: () => number = Math.random;
  /** The size of the packets written; 0 is as they come. */
  pieceSize = 0;
  /** How many more bytes go through; then `spent` is called. */
  allowance = Infinity;
  /** How many have gone through. */
  bytes = 0;
  spent: () => void = () => {};

  /** How long the next chunk is under way. */
  latency(): number {
    return Math.max(0, this.delay + (this.random() * 2 - 1) * this.jitter);
  }

  /** Calls back, once, when so many more bytes have gone through, and none after. */
  allow(bytes: number, then: () => void): void {
    this.allowance = bytes;
    this.spent = () => {
      this.disarm();
      then();
    };
  }

  disarm(): void {
    this.allowance = Infinity;
    this.spent = () => {};
  }
}
