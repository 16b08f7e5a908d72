import { type Observable, defer, of, tap } from 'rxjs';
import { checkPath } from '../path.js';
import { type WatchMode, type WatcherType, addWatch, removeWatches } from '../protocol/ops/watches.js';
import type { CallOptions, Exchange } from '../session/exchange.js';
import type { Entry, WatchRegistry, Watcher } from '../session/watchRegistry.js';

interface Pin {
  readonly entry: Entry;
  readonly watcher: Watcher;
}

/** Watches that were added by hand. They are part of what this client wants to watch, and so outlive links and sessions. */
export class PinnedWatches {
  readonly #registry: WatchRegistry;
  readonly #pins = new Map<string, Pin>();

  constructor(registry: WatchRegistry) {
    this.#registry = registry;
  }

  add(exchange: Exchange, path: string, mode: WatchMode, options?: CallOptions): Observable<void> {
    return exchange(addWatch, { path, mode }, options).pipe(
      tap(() => {
        const wants = mode === 'persistentRecursive' ? { recursive: true } : { data: true, children: true };
        const watcher: Watcher = { wants, event: () => undefined };
        const old = this.#pins.get(path);
        this.#pins.set(path, { entry: this.#registry.add(path, watcher), watcher });
        if (old !== undefined) this.#registry.remove(old.entry, old.watcher);
      })
    );
  }

  /** Whoever else watches the path keeps its watch. */
  remove(exchange: Exchange, path: string, type: WatcherType, options?: CallOptions): Observable<void> {
    return defer(() => {
      checkPath(path);
      const pin = this.#pins.get(path);
      if (pin === undefined || pin.entry.watchers.size === 1) return exchange(removeWatches, { path, type }, options).pipe(tap(() => this.#unpin(path, pin)));
      this.#unpin(path, pin);
      return of(undefined);
    });
  }

  #unpin(path: string, pin: Pin | undefined): void {
    if (pin === undefined) return;
    this.#pins.delete(path);
    this.#registry.remove(pin.entry, pin.watcher);
  }
}
