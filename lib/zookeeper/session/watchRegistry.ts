import type { CoordinationError } from '../../core/errors.js';
import type { NodeEvent } from '../protocol/event.js';
import type { SetWatchesRequest } from '../protocol/ops/setWatches.js';
import { parentOf } from '../path.js';
import { WatchRoots } from './watchRoots.js';

/** Which changes of a node are of interest. */
export interface Wants {
  /** Its data, its creation and its deletion. */
  readonly data?: boolean;
  /** Its list of children. */
  readonly children?: boolean;
  /** Everything at and below it. */
  readonly recursive?: boolean;
}

/** A receiver of the events of a path. None of its methods may throw. */
export interface Watcher {
  readonly wants: Wants;
  event(event: NodeEvent): void;
  /** Of one that watches recursively: the nodes that it knows, to hear of changes that came while no watch stood. */
  known?(): Iterable<string>;
  /** Of one that watches recursively: the server has no such watches, and tells of the path alone. */
  onlyOnce?(): void;
  /** Of one that watches recursively, and can do with nothing else: the server has no such watches. */
  unable?(error: CoordinationError): void;
  /**
   * The server has refused to watch the path. It is asked again; once it does, a `resync` says to look for missed
   * changes.
   */
  refused?(error: CoordinationError, entry: Entry): void;
}

/** The requests that set and remove a watch. The registry decides; the session sends. */
export interface WatchWire {
  /** Arms a watch on the server. */
  arm(entry: Entry): void;
  disarm(entry: Entry): void;
}

/** A path that is watched, by whomever. */
export class Entry {
  readonly path: string;
  readonly watchers = new Set<Watcher>();
  /** Whether the node is known to exist; it decides how the watch is set again after a reconnect. */
  exists: boolean | undefined = undefined;
  /** Whether a watch on the server stays armed after an event. */
  persistent = false;
  /**
   * Whether the watch on the server is recursive, or was until a moment ago: such a one says nothing of lists of
   * children.
   */
  recursive = false;
  /**
   * Whether the server itself tells of the list of children: at every change, at the next, or not, as with a recursive
   * watch.
   */
  lists: 'always' | 'once' | 'never' = 'never';
  /** How often in a row the server has refused to watch the path. Unless it is 0, changes there may go unnoticed. */
  refusals = 0;
  /** The last refusal, until the server watches the path. */
  refusal: CoordinationError | undefined = undefined;
  /** Whether the path has been watched on the server, be it on another link. */
  stood = false;
  /** Whether the server will be asked again before long. */
  waiting = false;

  constructor(path: string) {
    this.path = path;
  }

  wants(what: keyof Wants): boolean {
    for (const watcher of this.watchers) if (watcher.wants[what] === true) return true;
    return false;
  }

  /** Whether a subscriber needs a recursive watch, and nothing else will do. */
  get insists(): boolean {
    return [...this.watchers].some(insists);
  }

  /** The server watches the path. */
  stands(): void {
    const missed = this.refusals > 0;
    this.refusals = 0;
    this.refusal = undefined;
    this.stood = true;
    if (missed) tell(this, { type: 'resync', path: this.path });
  }

  /** The server refuses to watch the path. */
  refuse(error: CoordinationError): void {
    this.persistent = false;
    this.refusals++;
    this.refusal = error;
    for (const watcher of [...this.watchers]) watcher.refused?.(error, this);
  }
}

/** The requests that set all watches again. */
export interface Rearming {
  /** Paths of which enough is known to ask for later changes. */
  readonly oneShot: SetWatchesRequest;
  /** Paths to watch from now on: nothing is known of them yet, or they are watched recursively. */
  readonly direct: readonly Entry[];
}

/**
 * The paths that this client wants to watch, whatever the connection does: desired state, which is set up on every new
 * server. On the wire there is one watch per path, however many subscribers there are here.
 */
export class WatchRegistry {
  readonly #entries = new Map<string, Entry>();
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
  add(path: string, watcher: Watcher): Entry {
    let entry = this.#entries.get(path);
    const covered = entry !== undefined && covers(entry, watcher.wants);
    if (entry === undefined) this.#entries.set(path, (entry = new Entry(path)));
    entry.watchers.add(watcher);
    if (watcher.wants.recursive === true && !entry.recursive) {
      entry.recursive = true;
      this.#roots.add(path);
    }
    if (!covered) this.#wire.arm(entry);
    return entry;
  }

  remove(entry: Entry, watcher: Watcher): void {
    if (!entry.watchers.delete(watcher)) return;
    if (entry.watchers.size > 0) {
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
      tell(entry, event);
    }
    for (const path of this.#roots.over(event.path)) this.#dispatchUpwards(event, path);
  }

  /** The watches to set again, by the known state of each node at `zxid`. */
  rearming(zxid: bigint): Rearming {
    // a path that is named twice is told of twice
    const [data, exist, children] = [new Set<string>(), new Set<string>(), new Set<string>()];
    const direct: Entry[] = [];
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
      for (const watcher of [...entry.watchers])
        if (insists(watcher)) watcher.event({ type: 'resync', path: entry.path });
    }
  }

  #listed(path: string, lists: Entry['lists']): void {
    const entry = this.#entries.get(path);
    if (entry !== undefined) entry.lists = lists;
  }

  /** Tells of an event at or below `path` where everything below that is watched. */
  #dispatchUpwards(event: NodeEvent, path: string): void {
    const entry = this.#entries.get(path);
    if (entry?.recursive !== true || path === event.path) return;
    for (const watcher of [...entry.watchers]) if (watcher.wants.recursive === true) watcher.event(event);
    // where the server says nothing of the list of children, that follows from the children's own events
    const changesList =
      entry.lists === 'never' &&
      (event.type === 'created' || event.type === 'deleted') &&
      parentOf(event.path) === path;
    if (changesList && entry.wants('children')) tell(entry, { ...event, type: 'childrenChanged', path });
  }
}

/** Whether it watches recursively, and can do with nothing else. */
function insists({ wants, onlyOnce }: Watcher): boolean {
  return wants.recursive === true && onlyOnce === undefined;
}

/** Whether an existing watch reports the events of `wants`. */
function covers(entry: Entry, wants: Wants): boolean {
  if (wants.recursive === true) return entry.wants('recursive');
  if (entry.wants('recursive') || entry.persistent) return true;
  return (wants.data !== true || entry.wants('data')) && (wants.children !== true || entry.wants('children'));
}

function tell(entry: Entry, event: NodeEvent): void {
  for (const watcher of [...entry.watchers]) watcher.event(event);
}
