import type { Observable, Subscription } from 'rxjs';
import { BridgeError } from '../shared/bridgeError.js';
import { SharedWatch } from './sharedWatch.js';
import type { CheckedOptions } from '../bridgeOptions.js';
import type { Caller } from '../types.js';

/** The watches of all lines: one for each source and its parameters, from the first line to a while after the last. */
export class WatchPool {
  readonly #options: CheckedOptions<Caller>;
  readonly #watches = new Map<string, SharedWatch>();
  /** The ends of those without a line, the oldest first. */
  readonly #idle = new Map<string, Subscription>();

  constructor(options: CheckedOptions<Caller>) {
    this.#options = options;
  }

  /** How many there are, with those that linger. */
  get size(): number {
    return this.#watches.size;
  }

  /**
   * The watch with this key, which the caller reads at once.
   *
   * @param key the same for the same source and parameters
   * @param watch makes the source of a new one
   */
  share(key: string, name: string, watch: () => Observable<unknown>): SharedWatch {
    this.#idle.get(key)?.unsubscribe();
    this.#idle.delete(key);
    const known = this.#watches.get(key);
    if (known !== undefined) return known;
    const { limits, onError } = this.#options;
    if (this.#watches.size >= limits.watches) this.#end(this.#oldestIdle());
    const shared = new SharedWatch(limits.valueBytes, (error) => onError(error, { name }));
    this.#watches.set(key, shared);
    const forget = () => {
      if (this.#watches.get(key) === shared) this.#end(key);
    };
    shared.start(watch, () => this.#watches.get(key) === shared && this.#linger(key), forget);
    return shared;
  }

  /** Ends all of them. */
  close(): void {
    for (const key of [...this.#watches.keys()]) this.#end(key);
  }

  #oldestIdle(): string {
    const [oldest] = this.#idle.keys();
    if (oldest === undefined) throw new BridgeError('TOO_MANY', 'too many values are watched');
    return oldest;
  }

  #linger(key: string): void {
    const { time, linger } = this.#options;
    this.#idle.set(
      key,
      time.schedule(() => this.#end(key), linger)
    );
  }

  #end(key: string): void {
    this.#watches.get(key)?.stop();
    this.#watches.delete(key);
    this.#idle.get(key)?.unsubscribe();
    this.#idle.delete(key);
  }
}
