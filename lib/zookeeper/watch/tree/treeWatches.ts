import type { CoordinationError } from '../../../core/errors.js';
import { inChroot, outOfChroot } from '../../path.js';
import type { NodeEvent } from '../../protocol/event.js';
import type { WatchedPath, Watcher } from '../../session/watchedPath.js';
import type { WatchRegistry } from '../../session/watchRegistry.js';

/** Who is told, with paths as the client's user knows them. */
export interface TreeListener {
  happened(event: NodeEvent): void;
  /** The known nodes, to ask for their changes after a gap. */
  known(): Iterable<string>;
  /** The server has no recursive watches: start again, and cover each node. */
  onlyEach(): void;
  /** Whether a node is known to be one that may not be read. */
  isDenied(path: string): boolean;
  /** The server has refused a watch: changes there go unnoticed until it is asked again. */
  unwatched(cause: CoordinationError): void;
}

/** The watches of a tree: one that is recursive, or, where the server has none, one for each node. */
export class TreeWatches {
  readonly #registry: WatchRegistry;
  readonly #path: string;
  readonly #root: string;
  readonly #whole: Watcher;
  readonly #each: Watcher;
  readonly #entries = new Map<string, WatchedPath>();
  readonly #refusals = new Map<string, WatchedPath>(); // those of them that the server has refused
  readonly #listener: TreeListener;
  #recursive = true;
  #refused = false;

  /** @param root the client's chroot */
  constructor(registry: WatchRegistry, path: string, root: string, listener: TreeListener) {
    this.#registry = registry;
    this.#path = path;
    this.#root = root;
    const own = (path: string) => (root === '' ? path : outOfChroot(root, path));
    const event = (event: NodeEvent) => listener.happened(root === '' ? event : { ...event, path: own(event.path) });
    const refused = (_error: CoordinationError, entry: WatchedPath) => {
      this.#refusals.set(own(entry.path), entry);
      const { refusal } = this;
      if (refusal !== undefined) listener.unwatched(refusal);
    };
    this.#each = { wants: { data: true, children: true }, event, refused };
    this.#whole = {
      wants: { recursive: true },
      event,
      refused,
      *known() {
        for (const known of listener.known()) yield inChroot(root, known);
      },
      onlyOnce: () => {
        this.#refused = true; // that may come to light while it is being added
        if (this.#entries.has(path)) this.#tell();
      },
    };
    this.#listener = listener;
  }

  /** Begins to watch, in the one way or the other. */
  start(): void {
    this.stop();
    this.#add(this.#path, this.#recursive ? this.#whole : this.#each);
  }

  stop(): void {
    for (const path of [...this.#entries.keys()]) this.#remove(path);
  }

  /** Whether a node is watched. */
  covers(path: string): boolean {
    return this.#recursive || this.#entries.has(path);
  }

  /**
   * Why the server has refused one of the watches; `undefined` when all stand. The watch of a node that may not be read
   * makes no difference: nothing is shown of that node but that it is denied.
   */
  get refusal(): CoordinationError | undefined {
    for (const [path, { refusal }] of this.#refusals) {
      if (refusal === undefined) this.#refusals.delete(path);
      else if (!this.#listener.isDenied(path)) return refusal;
    }
    return undefined;
  }

  /** Begins to watch a node, before it is read. */
  cover(path: string): void {
    if (!this.covers(path)) this.#add(path, this.#each);
  }

  /** Whether a node was found to exist decides how its watch catches up after a gap. */
  found(path: string, exists: boolean): void {
    const entry = this.#entries.get(path);
    if (entry !== undefined) entry.exists = exists;
  }

  /** There is no such node any more. Where the tree begins is watched all the same. */
  uncover(path: string): void {
    if (path === this.#path) this.found(path, false);
    else this.#remove(path);
  }

  #add(path: string, watcher: Watcher): void {
    this.#entries.set(path, this.#registry.add(inChroot(this.#root, path), watcher));
    this.#tell();
  }

  #tell(): void {
    if (!this.#refused || !this.#recursive) return;
    this.#recursive = false;
    this.#listener.onlyEach();
  }

  #remove(path: string): void {
    const entry = this.#entries.get(path);
    if (entry === undefined) return;
    this.#entries.delete(path);
    this.#refusals.delete(path);
    this.#registry.remove(entry, entry.has(this.#whole) ? this.#whole : this.#each);
  }
}
