import { EMPTY, type Observable, catchError, concat, concatMap, defer, endWith, expand, from, ignoreElements, mergeMap, of, retry, tap, throwError } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import { joinPath } from '../path.js';
import { deleteNode } from '../protocol/ops/deleteNode.js';
import { getChildren } from '../protocol/ops/getChildren.js';
import type { CallOptions, Exchange } from '../session/exchange.js';

/** Requests that are under way at a time. */
const WIDTH = 1000;

/**
 * Deletes a node and everything below it, the lowest first. It is not one change: others may see it half done, and what
 * they add meanwhile is deleted too. **Emits** once all is gone. **Errors** with `NO_NODE` if there was nothing.
 *
 * It lists everything before it deletes anything, and nests no stream in another: others decide how deep a tree is.
 */
export function deleteTree(exchange: Exchange, path: string, version: number, options?: CallOptions): Observable<void> {
  /** If somebody else has deleted what is below, so much the better. */
  const lenient = <T>(at: string, request$: Observable<T>) =>
    at === path ? request$ : request$.pipe(catchError((error: unknown) => (isCoordinationError(error, 'NO_NODE') ? EMPTY : throwError(() => error))));
  const below = (at: string) => lenient(at, exchange(getChildren, at, options)).pipe(concatMap((names) => names.map((name) => joinPath(at, name))));
  const removed = (at: string) => lenient(at, exchange(deleteNode, { path: at, version: at === path ? version : -1 }, options));
  return defer(() => {
    const found: string[] = []; // each after the one above it
    const walk$ = of(path).pipe(expand(below, WIDTH), tap((at) => void found.push(at)));
    const delete$ = defer(() => from(found.reverse()).pipe(mergeMap(removed, WIDTH))); // they leave in this order, and the server keeps it
    return concat(walk$, delete$).pipe(ignoreElements());
  }).pipe(
    retry({ delay: (error: unknown) => (isCoordinationError(error, 'NOT_EMPTY') ? of(undefined) : throwError(() => error)) }),
    endWith(undefined)
  );
}
