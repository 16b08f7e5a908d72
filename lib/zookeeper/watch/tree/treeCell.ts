import type { CoordinationError, UsageError } from '../../../core/errors.js';
import { joinPath } from '../../path.js';
import type { NodeEvent } from '../../protocol/event.js';
import type { NodeData } from '../../protocol/ops/getData.js';
import { FEW } from '../../session/pauseAfter.js';
import type { SessionListener } from '../../session/sessionListener.js';
import type { Stat } from '../../types.js';
import type { CellGround } from '../cell.js';
import { DeniedReads } from '../deniedReads.js';
import { TreeAudience } from './treeAudience.js';
import type { TreeChange } from './treeChange.js';
import type { TreeScope } from './treeScope.js';
import { type Content, sameData, withoutValue } from './treeNode.js';
import { type Kind, type Reader, TreeReads } from './treeReads.js';
import { TreeState } from './treeState.js';
import { type TreeListener, TreeWatches } from './treeWatches.js';

/** The parts of a client that a tree needs. Its exchange has the client's chroot. */
export interface TreeGround extends CellGround {
  /** That chroot. */
  readonly root: string;
}

/**
 * A tree that is kept true: read once, and then only what an event names, one read for each change. It outlives links
 * and sessions: while they are gone it is stale, and afterwards the server names the nodes that have changed.
 */
export class TreeCell<T> implements SessionListener, TreeListener, Reader {
  /** The subscribers. */
  readonly audience: TreeAudience<T>;
  readonly #ground: TreeGround;
  readonly #scope: TreeScope<T>;
  readonly #watches: TreeWatches;
  readonly #reads: TreeReads;
  readonly #state: TreeState<T>;
  readonly #refusals = new Map<string, CoordinationError>();
  readonly #denied: DeniedReads;

  constructor(ground: TreeGround, scope: TreeScope<T>, forget: () => void) {
    this.#ground = ground;
    this.#scope = scope;
    this.#watches = new TreeWatches(ground.session.watches, scope.path, ground.root, this);
    this.#reads = new TreeReads(ground.exchange, ground.scheduler, this);
    this.#denied = new DeniedReads(ground.scheduler, (path) => this.#readDenied(path));
    this.#state = new TreeState(scope, (changes) => this.#tell(changes));
    this.audience = new TreeAudience(scope.path, this.#state, () => {
      ground.session.listeners.delete(this);
      this.#watches.stop();
      this.#reads.close();
      this.#denied.close();
      forget();
    });
  }

  start(): void {
    const { session } = this.#ground;
    session.listeners.add(this);
    this.#watches.start(); // goes out before the first read, which then cannot miss a change
    if (session.streams.state.kind === 'connected') this.#reads.resume();
    this.#reads.ask('data', this.#scope.path, true);
  }

  *known(): Iterable<string> {
    for (const { path } of this.#state.all()) yield path;
  }

  onlyEach(): void {
    this.#watches.start();
    this.#lookEverywhere();
  }

  isDenied(path: string): boolean {
    return this.#state.find(path)?.kind === 'denied';
  }

  unwatched(cause: CoordinationError): void {
    if (this.audience.shown?.stale === false) this.audience.show(cause);
  }

  happened({ type, path }: NodeEvent): void {
    if (!this.#admits(path)) return;
    if (type === 'resync') return path === this.#scope.path ? this.#lookEverywhere() : this.#lookAgain(path);
    const node = this.#state.find(path);
    if (type === 'childrenChanged') {
      if (node !== undefined && this.#scope.hasRoomBelow(path)) this.#reads.ask('names', path, false);
    } else if (type === 'deleted') {
      this.#gone(path);
      // a read may not have seen it yet; and of where the tree begins nobody else tells that it is there again
      if (path === this.#scope.path || this.#reads.underWay(path)) this.#look(path, false);
    } else if (this.#state.hasPlace(path)) this.#look(path, false);
  }

  suspended(cause: CoordinationError): void {
    this.#reads.pause();
    this.unwatched(cause);
  }

  resumed(): void {
    this.#reads.resume();
    for (const path of this.#state.missable()) this.#reads.ask('names', path, false);
    if (this.#reads.whole) this.whole();
  }

  ended(error: CoordinationError | undefined): void {
    this.audience.ended(error);
  }

  got(kind: Kind, path: string, reading: unknown, owed: boolean): void {
    if (reading === null) return kind === 'names' ? undefined : this.#gone(path);
    if (kind === 'names') return this.#list(path, reading as readonly string[], owed);
    if (kind === 'stat') {
      const error = this.#refusals.get(path); // none: it has gone since, or its data was read after all
      if (error !== undefined) this.#put(path, reading as Stat, withoutValue(error), owed);
      return;
    }
    const { stat, value } = reading as NodeData;
    const known = this.#state.find(path);
    this.#denied.answered(path);
    const refused = this.#refusals.delete(path); // be it the list of its children
    // as it was; its watch may be a new one
    if (!refused && known?.kind === 'present' && sameData(known.stat, stat)) return this.#watches.found(path, true);
    this.#put(path, stat, this.#scope.content(path, value, owed), owed, !refused);
  }

  refused(kind: Kind, path: string, error: CoordinationError, owed: boolean): void {
    if (error.code === 'NO_AUTH') this.#denied.refused(path);
    if (kind === 'stat') return this.#gone(path, true); // there is no way to ask for it
    this.#refusals.set(path, error);
    this.#reads.ask('stat', path, owed);
  }

  delayed(error: CoordinationError, refusals: number): void {
    if (this.audience.shown !== undefined) this.unwatched(error);
    else if (refusals >= FEW) this.ended(error);
  }

  whole(): void {
    const { refusal } = this.#watches;
    if (refusal === undefined) this.audience.sync();
    else if (this.audience.shown === undefined || this.audience.shown.root !== this.#state.root)
      this.audience.show(refusal);
  }

  #lookEverywhere(): void {
    this.#look(this.#scope.path, true);
    for (const { path } of this.#state.all()) this.#lookAgain(path);
  }

  /** A node may have changed without an event. */
  #lookAgain(path: string): void {
    this.#look(path, true);
    if (this.#state.find(path) !== undefined && this.#scope.hasRoomBelow(path)) this.#reads.ask('names', path, true);
  }

  #readDenied(path: string): void {
    if (this.#state.hasPlace(path)) this.#reads.ask('data', path, false);
    else this.#denied.answered(path);
  }

  #look(path: string, owed: boolean): void {
    this.#watches.cover(path);
    this.#reads.ask('data', path, owed);
  }

  /** The names of a node's children: those that are new are read, and those that are no more go. */
  #list(path: string, names: readonly string[], owed: boolean): void {
    const node = this.#state.find(path);
    if (node === undefined) return;
    const present = new Set(names);
    for (const child of node.children.values()) if (!present.has(child.name)) this.#gone(child.path);
    for (const name of names) {
      const child = joinPath(path, name);
      if (!node.children.has(name) && this.#admits(child)) this.#look(child, owed);
    }
  }

  /** A node as it was read. `listed`: the names of its children are as they were, unless the node is another one. */
  #put(path: string, stat: Stat, content: Content<T>, owed: boolean, listed = true): void {
    if (!this.#state.hasPlace(path)) return this.#watches.uncover(path); // its parent has gone meanwhile
    if (!this.#watches.covers(path)) return this.#look(path, owed); // it had gone, and so its watch
    this.#watches.found(path, true);
    const known = this.#state.find(path);
    const same = known?.stat.czxid === stat.czxid && known.kind !== 'denied' && known.error?.code !== 'REPLY_TOO_LARGE';
    this.#state.put(path, stat, content);
    if (!(listed && same) && stat.numChildren > 0 && content.kind !== 'denied' && this.#scope.hasRoomBelow(path))
      this.#reads.ask('names', path, owed);
    this.#showIfWhole();
  }

  /** A node is no more, or nothing can be known of it: then it is `denied`, and read again. */
  #gone(path: string, denied = false): void {
    if (!denied) this.#denied.answered(path);
    this.#refusals.delete(path);
    this.#watches.uncover(path);
    if (this.#state.find(path) === undefined) return;
    this.#state.remove(path);
    this.#showIfWhole();
  }

  #showIfWhole(): void {
    const { shown } = this.audience;
    if (shown?.stale === false) this.audience.show(this.#watches.refusal);
    // the node that was in doubt may be the one that has gone
    else if (shown !== undefined && this.#reads.settled) this.whole();
  }

  #tell(changes: readonly TreeChange<T>[]): void {
    for (const change of changes) if (change.kind === 'removed') this.#watches.uncover(change.path);
    this.audience.tell(changes);
  }

  /** Whether a node is to be part of the tree, when the one above it is. */
  #admits(path: string): boolean {
    try {
      return !this.#reads.closed && this.#scope.admits(path);
    } catch (error) {
      this.ended(error as UsageError);
      return false;
    }
  }
}
