import type { CoordinationError } from '../../core/errors.js';
import { type Members, hasMember, membersOf, someMember, withMember, withoutMember } from '../../core/members.js';
import type { NodeEvent } from '../protocol/event.js';

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
  refused?(error: CoordinationError, path: WatchedPath): void;
}

/** A path with watchers, and what is known of its watch on the server. */
export class WatchedPath {
  readonly path: string;
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
  /** Whether reads may have come before the watch, because the server refused a first kind of it. */
  late = false;
  #armings = 0;
  #watchers: Members<Watcher> = undefined;

  constructor(path: string) {
    this.path = path;
  }

  add(watcher: Watcher): void {
    this.#watchers = withMember(this.#watchers, watcher);
  }

  /** Returns whether it was one of the watchers. */
  delete(watcher: Watcher): boolean {
    if (!hasMember(this.#watchers, watcher)) return false;
    this.#watchers = withoutMember(this.#watchers, watcher);
    return true;
  }

  has(watcher: Watcher): boolean {
    return hasMember(this.#watchers, watcher);
  }

  /** Those who watch now. */
  get watchers(): readonly Watcher[] {
    return membersOf(this.#watchers);
  }

  /** Whether there is a watcher. */
  get watched(): boolean {
    return this.#watchers !== undefined;
  }

  wants(what: keyof Wants): boolean {
    return someMember(this.#watchers, ({ wants }) => wants[what] === true);
  }

  /** Whether a subscriber needs a recursive watch, and nothing else will do. */
  get insists(): boolean {
    return someMember(this.#watchers, insists);
  }

  /** A request for its watch goes out. Returns its number. */
  arming(): number {
    return ++this.#armings;
  }

  /**
   * Whether a request for its watch is the newest one. Up to 3.8 a server keeps the newest watch of a path alone: an
   * older request must not ask for another form of watch.
   */
  isNewest(arming: number): boolean {
    return this.#armings === arming && this.watched;
  }

  /** The server watches the path. */
  stands(): void {
    const { refusals, late } = this;
    this.refusals = 0;
    this.late = false;
    this.refusal = undefined;
    this.stood = true;
    if (refusals === 0 && !late) return;
    // a watch in another form is none for those that insist on theirs
    for (const watcher of this.watchers)
      if (refusals > 0 || !insists(watcher)) watcher.event({ type: 'resync', path: this.path });
  }

  /** The server has refused a request for its watch. Returns whether it must be asked again. */
  refuse(error: CoordinationError, arming: number): boolean {
    this.refusals++;
    if (!this.isNewest(arming)) return false; // the newest request decides
    this.persistent = false;
    this.refusal = error;
    for (const watcher of this.watchers) watcher.refused?.(error, this);
    return true;
  }

  /** Whether the watch that stands reports the events of `wants`. */
  covers(wants: Wants): boolean {
    if (wants.recursive === true) return this.wants('recursive');
    if (this.wants('recursive') || this.persistent) return true;
    return (wants.data !== true || this.wants('data')) && (wants.children !== true || this.wants('children'));
  }

  tell(event: NodeEvent): void {
    for (const watcher of this.watchers) watcher.event(event);
  }
}

/** Whether it watches recursively, and can do with nothing else. */
export function insists({ wants, onlyOnce }: Watcher): boolean {
  return wants.recursive === true && onlyOnce === undefined;
}
