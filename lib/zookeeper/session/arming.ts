import {
  EMPTY,
  type Observable,
  type Subscriber,
  type Subscription,
  catchError,
  ignoreElements,
  merge,
  throwError,
} from 'rxjs';
import { type CoordinationError, isCoordinationError } from '../../core/errors.js';
import { existsWatched } from '../protocol/ops/exists.js';
import { watchChildrenOnce } from '../protocol/ops/getChildren.js';
import { type WatchMode, type WatcherType, addWatch, removeWatches } from '../protocol/ops/watches.js';
import { noRecursion } from '../protocol/opForVersion.js';
import type { Channel } from './channel.js';
import type { WatchedPath } from './watchedPath.js';

/** The refusals of a server without persistent watches (`WatchManagerOptimized`, or one that is not Apache's). */
const NO_PERSISTENT = new Set(['UNIMPLEMENTED', 'BAD_ARGUMENTS', 'MARSHALLING_ERROR']);
/** An answer that may mean the same, and may mean this path alone. */
const PERHAPS_NONE = 'SYSTEM_ERROR';
/** From here on a path may be watched in several modes at once (3.9, ZOOKEEPER-4466). */
const COEXISTING = 30900;
/**
 * Errors of a list of children after which nothing can be missed. A node that does not exist has no list to watch; the
 * watch of its path tells when it is created, and then the list is watched. A list that is too large to read is watched
 * all the same. `NO_AUTH` is not among them: the server then watches no list, and the ACL may change at any time.
 */
const HARMLESS = new Set(['NO_NODE', 'REPLY_TOO_LARGE']);

/**
 * One attempt to watch a path on the server: by one persistent watch where there are such (3.6), else by the one-shot
 * watches that report the same. It observes its own requests, without operators around them: every watched path needs
 * one, and every event of a one-shot watch.
 */
export class Arming {
  readonly #channel: Channel;
  readonly #entry: WatchedPath;
  readonly #waiter: Subscriber<never> | undefined;
  readonly #number: number;
  #mode: WatchMode | 'once' = 'once';
  #request: Subscription | undefined;

  /** @param waiter completes when the path is armed, or when the server has refused it; errors only with the link */
  constructor(channel: Channel, entry: WatchedPath, waiter?: Subscriber<never>) {
    this.#channel = channel;
    this.#entry = entry;
    this.#waiter = waiter;
    this.#number = entry.arming();
  }

  begin(): this {
    const { server } = this.#channel.sender;
    const { oneShotOnly } = this.#channel.watches;
    if (!oneShotOnly && (server.knows(addWatch) || (this.#entry.insists && server.mayKnow(addWatch))))
      this.#persistently();
    else this.#once(oneShotOnly || server.lacks(addWatch));
    return this;
  }

  unsubscribe(): void {
    this.#request?.unsubscribe();
  }

  /** A request has succeeded. */
  next(): void {
    const entry = this.#entry;
    if (this.#mode === 'once') entry.stood = true;
    else if (this.#mode === 'persistent') entry.lists = 'always';
    else if (!this.#coexisting) entry.lists = 'never';
  }

  /** All requests have succeeded. */
  complete(): void {
    if (this.#entry.isNewest(this.#number)) this.#entry.stands();
    this.#waiter?.complete();
  }

  error(error: unknown): void {
    if (!isRefusal(error)) this.#waiter?.error(error);
    else if (this.#mode !== 'once' && this.#wantsAnother(error)) this.#onceInstead();
    else this.#refused(error);
  }

  #refused(error: CoordinationError): void {
    if (this.#entry.refuse(error, this.#number)) this.#channel.watches.refused$.next(this.#entry);
    this.#waiter?.complete();
  }

  #persistently(): void {
    const [channel, entry] = [this.#channel, this.#entry];
    const { path } = entry;
    const mode = (this.#mode = entry.wants('recursive') ? 'persistentRecursive' : 'persistent');
    entry.persistent = true;
    this.#request = channel.request(addWatch, { path, mode }).subscribe(this);
    if (mode === 'persistent' && entry.recursive && this.#coexisting)
      endWatch(channel, path, 'persistentRecursive').subscribe();
  }

  /** Whether the server keeps watches of several modes at one path; else the newest takes the place of the others. */
  get #coexisting(): boolean {
    return (this.#channel.sender.server.version ?? 0) >= COEXISTING;
  }

  /** Whether a refused persistent watch is worth a try with one-shot watches. */
  #wantsAnother({ code }: CoordinationError): boolean {
    if (NO_PERSISTENT.has(code)) this.#channel.watches.oneShotOnly = true;
    else if (code !== PERHAPS_NONE || this.#entry.insists) return false;
    return this.#entry.isNewest(this.#number); // else its place is taken
  }

  #onceInstead(): void {
    this.#entry.late = true;
    this.#once(true);
  }

  /** @param lacking whether the server has no other watches, and that is known */
  #once(lacking: boolean): void {
    const [channel, entry] = [this.#channel, this.#entry];
    this.#mode = 'once';
    entry.persistent = false;
    for (const watcher of entry.watchers) {
      watcher.onlyOnce?.();
      if (lacking && watcher.wants.recursive === true) watcher.unable?.(noRecursion(channel.sender.server.version));
    }
    // a watcher may have asked for another watch, which this one would replace
    if (!entry.isNewest(this.#number)) return this.complete();
    const exists$ = channel.request(existsWatched, entry.path);
    if (!entry.wants('children')) this.#request = exists$.subscribe(this);
    else {
      entry.lists = 'once'; // also where it was watched recursively a moment ago
      this.#request = merge(exists$, watchList(channel, entry.path)).subscribe(this);
    }
  }
}

/** Leaves a one-shot watch on a list of children. **Completes** when no change of the list can be missed. */
export function watchList(channel: Channel, path: string): Observable<never> {
  return channel.request(watchChildrenOnce, path).pipe(
    ignoreElements(),
    catchError((error: unknown) =>
      isCoordinationError(error) && HARMLESS.has(error.code) ? EMPTY : throwError(() => error)
    )
  );
}

/** Ends a watch. That it had fired already, or went with the link, is as good. */
export function endWatch(channel: Channel, path: string, type: WatcherType): Observable<never> {
  return channel.request(removeWatches, { path, type }).pipe(
    ignoreElements(),
    catchError(() => EMPTY)
  );
}

/** Whether this is about one request, and says nothing of the link. */
export function isRefusal(error: unknown): error is CoordinationError {
  return isCoordinationError(error) && (error.layer === 'server' || error.layer === 'usage');
}
