import { randomUUID } from 'node:crypto';
import { type Observable, catchError, concatMap, defer, map, of, throwError } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import { OPEN } from '../acl.js';
import { joinPath, nameOf, parentOf } from '../path.js';
import { type CreateRequest, type Created, createOp, isEphemeral } from '../protocol/ops/createOp.js';
import { deleteNode } from '../protocol/ops/deleteNode.js';
import { exists } from '../protocol/ops/exists.js';
import { getChildren } from '../protocol/ops/getChildren.js';
import type { CallOptions, Exchange } from '../session/exchange.js';
import type { Stat } from '../types.js';
import { EMPTY_DATA, type NodeOptions } from './transaction.js';

/** How a node is created, and what else is to happen for it. */
export interface CreateOptions extends NodeOptions, CallOptions {
  /** Also create the nodes above, where there are none (persistent, with the same ACL). Default `false`. */
  readonly parents?: boolean;
  /**
   * Put a unique id into the node's name, as Curator does (`_c_<uuid>-name`), and find the node by it when the answer to
   * the create was lost: no second node is made, and none is left behind. `timeout` is that of each request of the search;
   * after an abort nothing is searched. Default `false`.
   */
  readonly protect?: boolean;
}

/** Creates a node. What it promises is said at `ZooKeeper.create`. */
export function createNode(exchange: Exchange, sessionId: () => bigint, path: string, data: Uint8Array | null, options: CreateOptions = {}): Observable<Created> {
  const { mode = 'persistent', acl = OPEN, ttl, parents = false, protect = false } = options;
  const request: CreateRequest = { path, data, acl, mode, ttl };
  if (protect) return protectedCreate(exchange, sessionId, request, options);
  return parents ? withParents(exchange, request, options) : exchange(createOp(mode), request, options);
}

function withParents(exchange: Exchange, request: CreateRequest, options: CreateOptions): Observable<Created> {
  const create$ = exchange(createOp(request.mode), request, options);
  return create$.pipe(
    catchError((error: unknown) => {
      if (!isCoordinationError(error, 'NO_NODE')) return throwError(() => error);
      const parent = parentOf(request.path);
      if (parent === '/') return throwError(() => error);
      return ensure(exchange, parent, request.acl, options).pipe(concatMap(() => create$));
    })
  );
}

/** Sees to it that there is a node at `path`, and at every path above. */
function ensure(exchange: Exchange, path: string, acl: CreateRequest['acl'], options: CallOptions): Observable<unknown> {
  return withParents(exchange, { path, data: EMPTY_DATA, acl, mode: 'persistent' }, options).pipe(
    catchError((error: unknown) => (isCoordinationError(error, 'NODE_EXISTS') ? of(undefined) : throwError(() => error)))
  );
}

function protectedCreate(exchange: Exchange, sessionId: () => bigint, plain: CreateRequest, options: CreateOptions): Observable<Created> {
  return defer(() => {
    createOp(plain.mode).check?.(plain); // before its path is taken apart
    const parent = parentOf(plain.path);
    const mark = `_c_${randomUUID()}-`;
    const request = { ...plain, path: joinPath(parent, mark + nameOf(plain.path)) };
    const create$: Observable<Created> = (options.parents === true ? withParents(exchange, request, options) : exchange(createOp(request.mode), request, options)).pipe(
      catchError((error: unknown) => (isCoordinationError(error) && error.effect === 'unknown' && error.code !== 'ABORTED' ? find$ : throwError(() => error)))
    );
    const find$: Observable<Created> = exchange(getChildren, parent, options).pipe(
      concatMap((names) => {
        const name = names.find((candidate) => candidate.startsWith(mark));
        return name === undefined ? create$ : own(joinPath(parent, name));
      })
    );
    /** The node is ours only if it is this session's: one of a session that is over is about to go. */
    const own = (path: string): Observable<Created> =>
      exchange(exists, path, options).pipe(
        concatMap((stat) => {
          if (stat === null) return create$;
          if (isEphemeral(request.mode) && stat.ephemeralOwner !== sessionId()) return removed(exchange, path, stat, options).pipe(concatMap(() => create$));
          return of({ path, stat });
        })
      );
    return create$;
  });
}

function removed(exchange: Exchange, path: string, { version }: Stat, options: CallOptions): Observable<unknown> {
  return exchange(deleteNode, { path, version }, options).pipe(
    map(() => undefined),
    catchError((error: unknown) => (isCoordinationError(error, 'NO_NODE') ? of(undefined) : throwError(() => error)))
  );
}
