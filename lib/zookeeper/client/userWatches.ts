import {
  EMPTY,
  type Observable,
  catchError,
  concatMap,
  defer,
  finalize,
  ignoreElements,
  merge,
  of,
  tap,
  throwError,
} from 'rxjs';
import { type CoordinationError, ServerError, isCoordinationError, situated } from '../../core/errors.js';
import { inChroot } from '../path.js';
import type { NodeEvent } from '../protocol/event.js';
import type { Op } from '../protocol/op.js';
import { exists } from '../protocol/ops/exists.js';
import {
  type WatchMode,
  type WatcherRequest,
  type WatcherType,
  addWatch,
  checkWatches,
  removeWatches,
} from '../protocol/ops/watches.js';
import type { CallOptions, Exchange } from '../session/exchange.js';
import type { Stat } from '../types.js';
import type { Wants, WatchedPath, Watcher } from '../session/watchedPath.js';
import type { WatchRegistry } from '../session/watchRegistry.js';

/** A watch that was added by hand. Its events show in the stream of all events. */
class Pin implements Watcher {
  readonly wants: Wants;
  entry!: WatchedPath;
  /** Why the server does not watch. */
  refusal: CoordinationError | undefined;

  constructor(wants: Wants) {
    this.wants = wants;
  }

  event({ type }: NodeEvent): void {
    if (type === 'resync') this.refusal = undefined; // the server watches after all
  }

  refused(error: CoordinationError): void {
    this.refusal ??= error;
  }

  unable(error: CoordinationError): void {
    this.refused(error);
  }
}

/** Asks whether the watch stands that the session has sent before. */
const confirm: Op<WatcherRequest, void> = { ...checkWatches, name: addWatch.name, since: addWatch.since! };
/** Whether the node exists decides how its watch catches up after a reconnect. */
const look: Op<string, Stat | null> = { ...exists, name: addWatch.name };
/** Is answered after the session's own request to end the watch. */
const passed: Op<WatcherRequest, void> = { ...checkWatches, name: removeWatches.name };
const NO_WATCHER = -121;

/**
 * Watches that were added by hand. They belong to the watches of this client, and so outlive links and sessions. The
 * server has one watch for each path, which others may need too: only the registry asks for it, and ends it.
 */
export class UserWatches {
  readonly #registry: WatchRegistry;
  readonly #pins = new Map<string, Map<WatchMode, Pin>>();

  constructor(registry: WatchRegistry) {
    this.#registry = registry;
  }

  /** @param exchange of the client whose paths are below `root` */
  add(exchange: Exchange, root: string, path: string, mode: WatchMode, options?: CallOptions): Observable<void> {
    return defer(() => {
      addWatch.check!({ path, mode });
      const full = inChroot(root, path);
      const known = this.#pins.get(full)?.get(mode);
      const pin =
        known ??
        this.#pin(full, mode, mode === 'persistentRecursive' ? { recursive: true } : { data: true, children: true });
      let stands = known !== undefined;
      const asked$ = exchange(confirm, { path, type: 'any' }, options);
      const looked$ = exchange(look, path, options).pipe(
        tap((stat) => void (pin.entry.exists ??= stat !== null)),
        ignoreElements(),
        catchError(() => EMPTY)
      );
      return merge(mode === 'persistent' ? looked$ : EMPTY, asked$).pipe(
        // without a refusal, a watch of another kind was asked for instead, and that is on its way
        catchError((error: unknown) => {
          if (isCoordinationError(error) && error.layer === 'usage') return throwError(() => error);
          if (pin.refusal !== undefined) return of(undefined);
          return isCoordinationError(error, 'NO_WATCHER') ? asked$ : throwError(() => error);
        }),
        concatMap(() => {
          const { refusal } = pin;
          return refusal === undefined ? of(undefined) : throwError(() => situated(refusal, { path }));
        }),
        tap(() => (stands = true)),
        finalize(() => !stands && this.#unpin(full, mode, pin))
      );
    });
  }

  /** Ends a watch that was added by hand, and nothing else: other subscribers of the path keep theirs. */
  remove(exchange: Exchange, root: string, path: string, type: WatcherType, options?: CallOptions): Observable<void> {
    return defer(() => {
      removeWatches.check!({ path, type });
      const full = inChroot(root, path);
      const ended = [...(this.#pins.get(full) ?? [])].flatMap(([mode, pin]) =>
        this.#strip(full, mode, pin, type) ? [pin] : []
      );
      if (ended.length === 0)
        return throwError(() => new ServerError('NO_WATCHER', NO_WATCHER, { operation: removeWatches.name, path }));
      if (ended.some(({ entry }) => entry.watched)) return of(undefined);
      return exchange(passed, { path, type: 'any' }, options).pipe(
        catchError((error: unknown) =>
          isCoordinationError(error) && error.layer !== 'usage' && error.layer !== 'session'
            ? of(undefined)
            : throwError(() => error)
        )
      );
    });
  }

  /** Ends the part of a watch that a type names. Returns whether there was such a part. */
  #strip(path: string, mode: WatchMode, pin: Pin, type: WatcherType): boolean {
    const { wants } = pin;
    const all = type === 'any' || type === mode;
    if (!all && (type === 'persistent' || type === 'persistentRecursive' || wants[type] !== true)) return false;
    const left: Wants = all ? {} : { ...wants, [type]: false };
    // before the other half goes: the watch stays
    if (left.data === true || left.children === true) this.#pin(path, mode, left);
    this.#unpin(path, mode, pin);
    return true;
  }

  #pin(path: string, mode: WatchMode, wants: Wants): Pin {
    const pin = new Pin(wants);
    pin.entry = this.#registry.add(path, pin);
    const modes = this.#pins.get(path) ?? new Map<WatchMode, Pin>();
    this.#pins.set(path, modes.set(mode, pin));
    return pin;
  }

  #unpin(path: string, mode: WatchMode, pin: Pin): void {
    const modes = this.#pins.get(path);
    if (modes?.get(mode) === pin) modes.delete(mode);
    if (modes?.size === 0) this.#pins.delete(path);
    this.#registry.remove(pin.entry, pin);
  }
}
