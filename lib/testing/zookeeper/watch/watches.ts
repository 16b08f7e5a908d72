import type { Acl } from '../../../zookeeper/types.js';
import { Code, refuse } from '../refusal.js';
import { EventType, type Trigger } from '../store/treeChanges.js';
import { WatchMode, WatchTable, type Watcher } from './watchTable.js';

/** Tells one connection of one event. */
export type Deliver<W extends Watcher> = (watcher: W, type: number, path: string, acl: readonly Acl[]) => void;

const Type = { children: 1, data: 2, any: 3, persistent: 4, recursive: 5 } as const;

/** All watches of all connections. */
export class Watches<W extends Watcher> {
  /** Set by getData, exists and addWatch. Counts of watches are those of this table, as on real servers. */
  readonly data: WatchTable;
  readonly #children: WatchTable;
  readonly #coexisting: boolean;
  readonly #deliver: Deliver<W>;

  /** @param coexisting whether a path may be watched in several modes at once (3.9) */
  constructor(coexisting: boolean, deliver: Deliver<W>) {
    this.#coexisting = coexisting;
    this.data = new WatchTable(coexisting);
    this.#children = new WatchTable(coexisting);
    this.#deliver = deliver;
  }

  /** How many watches there are, of all kinds. */
  get total(): number {
    return this.data.total + this.#children.total;
  }

  onData(path: string, watcher: W): void {
    this.data.add(path, watcher, WatchMode.oneShot);
  }

  onChildren(path: string, watcher: W): void {
    this.#children.add(path, watcher, WatchMode.oneShot);
  }

  persistently(path: string, watcher: W, recursive: boolean): void {
    const mode = recursive ? WatchMode.recursive : WatchMode.persistent;
    this.data.add(path, watcher, mode);
    if (!recursive || !this.#coexisting) this.#children.add(path, watcher, mode);
  }

  /** Ends watches of a type. Returns whether there were any. */
  remove(path: string, type: number, watcher: W): boolean {
    return this.#each(type, (table, mode) => table.remove(path, watcher, mode));
  }

  has(path: string, type: number, watcher: W): boolean {
    return this.#each(type, (table, mode) => table.has(path, watcher, mode));
  }

  forget(watcher: W): void {
    this.data.forget(watcher);
    this.#children.forget(watcher);
  }

  /** Tells everybody who watches: each connection once for each trigger. */
  fire(triggers: readonly Trigger[]): void {
    for (const { type, path, acl } of triggers) {
      if (type === EventType.childrenChanged) this.#tell(this.#children.fire(path, true), type, path, acl);
      else {
        const told = this.data.fire(path, false);
        this.#tell(told, type, path, acl);
        if (type === EventType.deleted) this.#tell(this.#children.fire(path, false), type, path, acl, told);
      }
    }
  }

  #tell(
    watchers: ReadonlySet<Watcher> | undefined,
    type: number,
    path: string,
    acl: readonly Acl[],
    told?: ReadonlySet<Watcher>
  ): void {
    if (watchers === undefined) return;
    for (const watcher of watchers) if (told?.has(watcher) !== true) this.#deliver(watcher as W, type, path, acl);
  }

  #each(type: number, act: (table: WatchTable, mode: number | undefined) => boolean): boolean {
    switch (type) {
      case Type.children:
        return act(this.#children, WatchMode.oneShot);
      case Type.data:
        return act(this.data, WatchMode.oneShot);
      case Type.any:
        return [act(this.#children, undefined), act(this.data, undefined)].includes(true);
      case Type.persistent:
        return this.#coexisting
          ? [act(this.#children, WatchMode.persistent), act(this.data, WatchMode.persistent)].includes(true)
          : refuse(Code.marshallingError);
      case Type.recursive:
        return this.#coexisting ? act(this.data, WatchMode.recursive) : refuse(Code.marshallingError);
    }
    return refuse(Code.marshallingError);
  }
}
