import { WatchRoots } from '../../../zookeeper/session/watchRoots.js';
import { Code, refuse } from '../refusal.js';

/** The receiver of events: a connection. */
export interface Watcher {
  readonly sessionId: bigint;
}

/** How a path is watched; several at once from 3.9 on, before that the newest. */
export const WatchMode = { oneShot: 1, persistent: 2, recursive: 4 } as const;

/** Watches of one of the two kinds that servers keep: on nodes and their data, or on children. */
export class WatchTable {
  readonly #coexisting: boolean;
  readonly #byPath = new Map<string, Map<Watcher, number>>();
  readonly #byWatcher = new Map<Watcher, Set<string>>();
  readonly #roots = new WatchRoots();
  #recursive = 0;

  /** @param coexisting whether a path may be watched in several modes at once (3.9, ZOOKEEPER-4466) */
  constructor(coexisting: boolean) {
    this.#coexisting = coexisting;
  }

  get connections(): number {
    return this.#byWatcher.size;
  }

  get paths(): number {
    return this.#byPath.size;
  }

  get total(): number {
    let total = 0;
    for (const watchers of this.#byPath.values()) total += watchers.size;
    return total;
  }

  add(path: string, watcher: Watcher, mode: number): void {
    let watchers = this.#byPath.get(path);
    if (watchers === undefined) this.#byPath.set(path, (watchers = new Map<Watcher, number>()));
    let paths = this.#byWatcher.get(watcher);
    if (paths === undefined) this.#byWatcher.set(watcher, (paths = new Set()));
    paths.add(path);
    const old = watchers.get(watcher) ?? 0;
    this.#put(path, watchers, watcher, old, this.#coexisting ? old | mode : mode);
  }

  /** Ends the watches of this mode, or of any. Returns whether there was one. */
  remove(
    path: string,
    watcher: Watcher,
    mode = WatchMode.oneShot | WatchMode.persistent | WatchMode.recursive
  ): boolean {
    const watchers = this.#byPath.get(path);
    const old = watchers?.get(watcher) ?? 0;
    const removed = this.#coexisting ? old & mode : old; // before 3.9 a mode was not asked for
    if (watchers === undefined || removed === 0) return false;
    this.#put(path, watchers, watcher, old, old & ~removed);
    this.#tidy(path, watchers, watcher);
    return true;
  }

  has(path: string, watcher: Watcher, mode = -1): boolean {
    if (this.#coexisting) return ((this.#byPath.get(path)?.get(watcher) ?? 0) & mode) !== 0;
    if (path === '') return false;
    if (!path.includes('/')) refuse(Code.marshallingError); // it has no parent: a real server stumbles over that
    if (this.#byPath.has(path)) return true; // also for watches of other connections: a fault of servers before 3.9
    return this.#recursive > 0 && !path.startsWith('/') ? refuse(Code.marshallingError) : false;
  }

  /** Forgets a connection. */
  forget(watcher: Watcher): void {
    for (const path of [...(this.#byWatcher.get(watcher) ?? [])]) this.remove(path, watcher);
    this.#byWatcher.delete(watcher);
  }

  /** Who is to be told of an event at `path`; one-shot watches are spent by that. */
  fire(path: string, ofChildren: boolean): ReadonlySet<Watcher> | undefined {
    let told: Set<Watcher> | undefined;
    const here = this.#byPath.get(path);
    if (here !== undefined) {
      for (const [watcher, modes] of here) {
        if (ofChildren && modes === WatchMode.recursive) continue;
        (told ??= new Set()).add(watcher);
        if ((modes & WatchMode.oneShot) === 0) continue;
        this.#put(path, here, watcher, modes, modes & ~WatchMode.oneShot);
        this.#tidy(path, here, watcher);
      }
    }
    if (this.#recursive === 0 || ofChildren) return told;
    for (const at of this.#roots.over(path)) {
      if (at === path) continue;
      for (const [watcher, modes] of this.#byPath.get(at) ?? [])
        if ((modes & WatchMode.recursive) !== 0) (told ??= new Set()).add(watcher);
    }
    return told;
  }

  /** Paths and who watches them. */
  *entries(): Iterable<[path: string, watchers: Iterable<Watcher>]> {
    for (const [path, watchers] of this.#byPath) yield [path, watchers.keys()];
  }

  #put(path: string, watchers: Map<Watcher, number>, watcher: Watcher, old: number, modes: number): void {
    const more = ((modes & WatchMode.recursive) - (old & WatchMode.recursive)) / WatchMode.recursive;
    this.#recursive += more;
    if (more > 0) this.#roots.add(path);
    else if (more < 0) this.#roots.remove(path);
    if (modes === 0) watchers.delete(watcher);
    else watchers.set(watcher, modes);
  }

  #tidy(path: string, watchers: Map<Watcher, number>, watcher: Watcher): void {
    if (watchers.has(watcher)) return;
    this.#byWatcher.get(watcher)?.delete(path); // a connection that watches nothing any more is still counted
    if (watchers.size === 0) this.#byPath.delete(path);
  }
}
