import { type V2Event, indexOf } from './v2Event.js';

/** A request that waits for an event. */
export interface V2Watcher {
  readonly key: string;
  readonly recursive: boolean;
  /** Whether it goes on after the first event. */
  readonly stream: boolean;
  /** The first index that it wants. */
  readonly since: number;
  next(event: V2Event): void;
}

/** The requests that wait at one member. */
export class V2Watchers {
  readonly #watchers = new Map<string, Set<V2Watcher>>();

  get count(): number {
    return [...this.#watchers.values()].reduce((sum, { size }) => sum + size, 0);
  }

  add(watcher: V2Watcher): void {
    const { key } = watcher;
    this.#watchers.set(key, (this.#watchers.get(key) ?? new Set()).add(watcher));
  }

  remove(watcher: V2Watcher): void {
    const watchers = this.#watchers.get(watcher.key);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#watchers.delete(watcher.key);
  }

  /** Tells those that watch the node of an event, or a directory above it. */
  tell(event: V2Event): void {
    const parts = (event.node.key ?? '').split('/');
    for (let i = 1; i <= parts.length; i++) this.tellAt(parts.slice(0, i).join('/'), event, false);
  }

  /** Tells those that watch one key. @param isGone whether the event has removed it */
  tellAt(key: string, event: V2Event, isGone: boolean): void {
    const own = event.node.key ?? '';
    const isOwn = own === key;
    if (!isOwn && own.slice(key.length).includes('/_')) return; // hidden
    for (const watcher of [...(this.#watchers.get(key) ?? [])]) {
      if (!(watcher.recursive || isOwn || isGone) || indexOf(event) < watcher.since) continue;
      if (!watcher.stream) this.remove(watcher);
      watcher.next(event);
    }
  }
}
