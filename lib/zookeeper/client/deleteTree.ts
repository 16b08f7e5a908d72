import { EMPTY, type Observable, catchError, concat, concatMap, defer, endWith, from, ignoreElements, mergeMap, throwError } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import { joinPath } from '../path.js';
import { deleteNode } from '../protocol/ops/deleteNode.js';
import { getChildren } from '../protocol/ops/getChildren.js';
import type { CallOptions, Exchange } from '../session/exchange.js';

/** Children that are dealt with at a time, under each node. */
const WIDTH = 64;

/**
 * Deletes a node and everything below it, the lowest first. It is not one change: others may see it half done, and what
 * they add meanwhile is deleted too. **Emits** once all is gone. **Errors** with `NO_NODE` if there was nothing.
 */
export function deleteTree(exchange: Exchange, path: string, version: number, options?: CallOptions): Observable<void> {
  const attempt$: Observable<never> = concat(
    exchange(getChildren, path, options).pipe(
      concatMap((names) => from(names)),
      mergeMap((name) => subtree(exchange, joinPath(path, name), options), WIDTH)
    ),
    exchange(deleteNode, { path, version }, options)
  ).pipe(
    ignoreElements(),
    catchError((error: unknown) => (isCoordinationError(error, 'NOT_EMPTY') ? defer(() => attempt$) : throwError(() => error)))
  );
  return attempt$.pipe(endWith(undefined));
}

/** The same for what is below: if somebody else has deleted it, so much the better. */
function subtree(exchange: Exchange, path: string, options: CallOptions | undefined): Observable<unknown> {
  return deleteTree(exchange, path, -1, options).pipe(catchError((error: unknown) => (isCoordinationError(error, 'NO_NODE') ? EMPTY : throwError(() => error))));
}
