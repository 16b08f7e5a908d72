import type { Direction } from './proxyTypes.js';

/**
 * The faults between clients and their server. Cause them with these methods of a proxy, or by the steps of a script. A
 * fault holds for open and for later connections, until the next call of its method, or `heal()`.
 *
 * @example
 * async function restart(faults: Faults) {
 *   faults.refuse();
 *   faults.cut();
 *   await faults.accept();
 * }
 */
export interface Faults {
  /** Resets (RST) all connections, at both ends. Bytes under way are lost. */
  cut(): void;

  /** Ends (FIN) all connections in good order, at both ends. Bytes under way are lost. */
  close(): void;

  /**
   * Loses all connections without a sign: to both ends they seem open, and all bytes are lost, for good. New
   * connections work. A router that forgets its connections, or a machine without power, has this effect.
   */
  dropConnections(): void;

  /**
   * A link that is open and gives nothing; in one direction, it is half-open. With `'hold'`, the default, the bytes are
   * delivered when it flows again, and a sender is held back after about 1 MiB; with `'drop'` they are lost, which no
   * TCP would do, but a server between the two might. Ends and resets wait in both.
   */
  stall(direction?: Direction | 'both', how?: 'hold' | 'drop'): void;

  /** The end of `stall`, in both directions unless one is named. */
  flow(direction?: Direction | 'both'): void;

  /**
   * Every chunk takes so many milliseconds, give or take up to `jitter`, default 0; their order stays. 0 is the end of
   * it.
   */
  delay(ms: number, jitter?: number): void;

  /**
   * Sends packets of at most so many bytes, of which a receiver in this process sees each by itself. 0 is as they come.
   */
  split(bytes: number, direction?: Direction | 'both'): void;

  /** Lets so many bytes a second through, in each direction of each connection for itself. 0 is as many as it can. */
  bandwidth(bytesPerSecond: number, direction?: Direction | 'both'): void;

  /** New connections are refused. Those that are open stay. */
  refuse(): void;

  /**
   * New connections are accepted again, on the same port. Resolves when they are; rejects when the port has been taken.
   */
  accept(): Promise<void>;

  /** The end of all faults, those of the options included. Lost bytes stay lost, and a script that plays goes on. */
  heal(): Promise<void>;
}
