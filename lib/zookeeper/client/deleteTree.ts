import {
  EMPTY,
  type Observable,
  catchError,
  concat,
  concatMap,
  defer,
  endWith,
  expand,
  from,
  ignoreElements,
  mergeMap,
  of,
  retry,
  tap,
  throwError,
} from 'rxjs';
import { isCoordinationError, situated, withEffect } from '../../core/errors.js';
import { joinPath } from '../path.js';
import { BAD_VERSION, NO_NODE, refusal } from '../protocol/errorCode.js';
import { type VersionedPath, deleteNode } from '../protocol/ops/deleteNode.js';
import { exists } from '../protocol/ops/exists.js';
import { getChildren } from '../protocol/ops/getChildren.js';
import type { CallOptions, Exchange } from '../session/exchange.js';
import type { Stat } from '../types.js';

/** Requests that are under way at a time. */
const WIDTH = 1000;
/** Errors name the method that was called. */
const list: typeof getChildren = { ...getChildren, name: deleteNode.name };
const look: typeof exists = { ...exists, name: deleteNode.name };

/**
 * Deletes a node and everything below it, the lowest first. It is not one change: others may see it half done, and
 * nodes that they add meanwhile are deleted too. **Emits** once all is gone. **Errors** with `NO_NODE` if there was
 * nothing. A version is compared before anything is deleted, and with the node itself again; the effect of an error is
 * `'none'` only if nothing was.
 *
 * It lists everything before it deletes anything, and nests no stream in another: others decide how deep a tree is.
 */
export function deleteTree(
  exchange: Exchange,
  { path, version }: VersionedPath,
  options?: CallOptions
): Observable<void> {
  return defer(() => {
    check({ path, version });
    let applied = 0; // deletes that were asked for, but for those that were refused
    /** If another client has deleted a node below, so much the better. */
    const lenient = <T>(at: string, request$: Observable<T>) =>
      at === path
        ? request$
        : request$.pipe(
            catchError((error: unknown) => (isCoordinationError(error, 'NO_NODE') ? EMPTY : throwError(() => error)))
          );
    const below = (at: string) =>
      lenient(at, exchange(list, at, options)).pipe(concatMap((names) => names.map((name) => joinPath(at, name))));
    const counted = <T>(request$: Observable<T>) =>
      defer(() => {
        applied++;
        return request$.pipe(
          tap({ error: (error: unknown) => void (isCoordinationError(error) && error.effect === 'none' && applied--) })
        );
      });
    const removed = (at: string) =>
      lenient(at, counted(exchange(deleteNode, { path: at, version: at === path ? version : -1 }, options)));
    const attempt$ = defer(() => {
      const found: string[] = []; // each after the one above it
      const walk$ = of(path).pipe(
        expand(below, WIDTH),
        tap((at) => void found.push(at))
      );
      // they leave in this order, and the server keeps it
      const delete$ = defer(() => from(found.reverse()).pipe(mergeMap(removed, WIDTH)));
      return concat(walk$, delete$).pipe(ignoreElements());
    });
    const first$ =
      version === -1
        ? EMPTY
        : exchange(look, path, options).pipe(
            tap((stat) => compare(stat, { path, version })),
            ignoreElements()
          );
    return concat(
      first$,
      attempt$.pipe(
        retry({
          delay: (error: unknown) =>
            isCoordinationError(error, 'NOT_EMPTY') ? of(undefined) : throwError(() => error),
        })
      )
    ).pipe(catchError((error: unknown) => throwError(() => (applied > 0 ? withEffect(error, 'unknown') : error))));
  }).pipe(endWith(undefined));
}

function check(request: VersionedPath): void {
  try {
    deleteNode.check!(request);
  } catch (error) {
    throw situated(error, { operation: deleteNode.name, path: request.path });
  }
}

function compare(stat: Stat | null, { path, version }: VersionedPath): void {
  if (stat?.version === version) return;
  throw refusal(stat === null ? NO_NODE : BAD_VERSION, { operation: deleteNode.name, path });
}
