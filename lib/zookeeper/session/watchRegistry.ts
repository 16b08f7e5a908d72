import type { NodeEvent } from '../protocol/event.js';
import type { SetWatchesRequest } from '../protocol/ops/setWatches.js';
import { parentOf } from '../path.js';
import { WatchedPath, type Watcher, insists } from './watchedPath.js';
import { WatchRoots } from './watchRoots.js';

/** The requests that set and remove a watch. The registry decides; the session sends. */
export interface WatchWire {
  /** Arms a watch on the server. */
  arm(entry: WatchedPath): void;
  disarm(entry: WatchedPath): void;
}

/** The requests that set all watches again. */
export interface Rearming {
  /** Paths of which enough is known to ask for later changes. */
  readonly oneShot: SetWatchesRequest;
  /** Paths to watch from now on: nothing is known of them yet, or they are watched recursively. */
  readonly direct: readonly WatchedPath[];
}

/**
 * The paths that this client wants to watch, whatever the connection does: desired state, which is set up on every new
 * server. On the wire there is one watch per path, however many subscribers there are here.
 */
export class WatchRegistry {
  readonly #entries = new Map<string, WatchedPath>();
  readonly #wire: WatchWire;
  readonly #roots = new WatchRoots();

  constructor(wire: WatchWire) {
    this.#wire = wire;
  }

  /** How many paths are watched. */
  get size(): number {
    return this.#entries.size;
  }

  /** Begins to watch; whatever happens once the request for it has reached the server is reported. */
  add(path: string, watcher: Watcher): WatchedPath {
    let entry = this.#entries.get(path);
    const covered = entry !== undefined && entry.covers(watcher.wants);
    if (entry === undefined) this.#entries.set(path, (entry = new WatchedPath(path)));
    entry.add(watcher);
    if (watcher.wants.recursive === true && !entry.recursive) {
      entry.recursive = true;
      this.#roots.add(path);
    }
    if (!covered) this.#wire.arm(entry);
    return entry;
  }

  remove(entry: WatchedPath, watcher: Watcher): void {
    if (!entry.delete(watcher)) return;
    if (entry.watched) {
      // with less: in its place, up to 3.8
      if (watcher.wants.recursive === true && !entry.wants('recursive')) this.#wire.arm(entry);
      return;
    }
    if (entry.recursive) this.#roots.remove(entry.path);
    this.#entries.delete(entry.path);
    this.#wire.disarm(entry);
  }

  /** A watch fired. One lookup, and one for each path above that may be watched recursively. */
  dispatch(event: NodeEvent): void {
    const entry = this.#entries.get(event.path);
    if (entry !== undefined) {
      if (event.type !== 'resync') entry.exists = event.type !== 'deleted';
      if (entry.lists === 'once' && (event.type === 'childrenChanged' || event.type === 'deleted'))
        entry.lists = 'never';
      if (!entry.persistent) this.#wire.arm(entry);
      entry.tell(event);
    }
    for (const path of this.#roots.over(event.path)) this.#dispatchUpwards(event, path);
  }

  /** The watches to set again, by the known state of each node at `zxid`. */
  rearming(zxid: bigint): Rearming {
    // a path that is named twice is told of twice
    const [data, exist, children] = [new Set<string>(), new Set<string>(), new Set<string>()];
    const direct: WatchedPath[] = [];
    this.#roots.clear();
    for (const entry of this.#entries.values()) {
      entry.persistent = false;
      entry.lists = 'never';
      entry.recursive = entry.wants('recursive');
      if (entry.recursive) this.#roots.add(entry.path);
      if (entry.exists === undefined || entry.recursive || entry.refusals > 0) direct.push(entry);
      if (entry.refusals > 0) continue; // its known state is older than `zxid`: it is read again once it is watched
      for (const watcher of entry.watchers) {
        for (const path of watcher.known?.() ?? []) {
          data.add(path);
          children.add(path);
        }
      }
      if (entry.exists === false) exist.add(entry.path);
      else if (entry.exists === true) {
        if (entry.wants('data') || entry.recursive) data.add(entry.path);
        if (entry.wants('children')) children.add(entry.path);
      }
    }
    for (const path of children) this.#listed(path, 'once');
    return { oneShot: { zxid, data: [...data], exist: [...exist], children: [...children] }, direct };
  }

  /** The server did not report the state of these. */
  missed({ data, exist, children }: SetWatchesRequest): void {
    for (const path of children) this.#listed(path, 'never');
    for (const path of new Set([...data, ...exist, ...children])) this.dispatch({ type: 'resync', path });
  }

  /**
   * More is known of the server. Arms the recursive watches that were set for their own paths alone, and tells their
   * subscribers to look for missed changes.
   */
  rearmRecursive(): void {
    for (const entry of [...this.#entries.values()]) {
      if (!entry.insists || entry.persistent) continue;
      this.#wire.arm(entry);
      for (const watcher of entry.watchers) if (insists(watcher)) watcher.event({ type: 'resync', path: entry.path });
    }
  }

  #listed(path: string, lists: WatchedPath['lists']): void {
    const entry = this.#entries.get(path);
    if (entry !== undefined) entry.lists = lists;
  }

  /** Tells of an event at or below `path` where everything below that is watched. */
  #dispatchUpwards(event: NodeEvent, path: string): void {
    const entry = this.#entries.get(path);
    if (entry?.recursive !== true || path === event.path) return;
    for (const watcher of entry.watchers) if (watcher.wants.recursive === true) watcher.event(event);
    // where the server says nothing of the list of children, that follows from the children's own events
    const changesList =
      entry.lists === 'never' &&
      (event.type === 'created' || event.type === 'deleted') &&
      parentOf(event.path) === path;
    if (changesList && entry.wants('children')) entry.tell({ ...event, type: 'childrenChanged', path });
  }
}
