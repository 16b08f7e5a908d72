import { randomUUID } from 'node:crypto';
import { type Observable, type SchedulerLike, catchError, concatMap, defer, map, of, retry, tap, throwError, timer } from 'rxjs';
import { type CoordinationError, SessionError, isCoordinationError } from '../../core/errors.js';
import { OPEN } from '../acl.js';
import { joinPath, nameOf, parentOf } from '../path.js';
import { type CreateRequest, type Created, createOp, isEphemeral } from '../protocol/ops/createOp.js';
import { deleteNode } from '../protocol/ops/deleteNode.js';
import { exists } from '../protocol/ops/exists.js';
import { getChildren } from '../protocol/ops/getChildren.js';
import { CUSTODY, type Custody, charged } from '../session/custody.js';
import type { CallOptions, Exchange } from '../session/exchange.js';
import type { Stat } from '../types.js';
import { freshly } from './reads.js';
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
  /** @internal */
  readonly [CUSTODY]?: Custody | undefined;
}

/** What creating asks of its client. */
export interface Creating {
  readonly exchange: Exchange;
  readonly sessionId: () => bigint;
  readonly scheduler: SchedulerLike;
}

/** Milliseconds until a search that a lost link has ended begins anew. */
const SEARCH_AGAIN = 100;

/** Creates a node. What it promises is said at `ZooKeeper.create`. */
export function createNode(creating: Creating, path: string, data: Uint8Array | null, options: CreateOptions = {}): Observable<Created> {
  const { mode = 'persistent', acl = OPEN, ttl, parents = false, protect = false, [CUSTODY]: given } = options;
  const request: CreateRequest = { path, data, acl, mode, ttl };
  const create = (custody: Custody) => {
    if (protect) return protectedCreate(creating, request, options, custody);
    return parents ? withParents(creating.exchange, request, options, custody) : custody.follow(creating.exchange(createOp(mode), request, options));
  };
  if (given !== undefined) return create(given);
  return protect || parents ? charged(create) : creating.exchange(createOp(mode), request, options);
}

function withParents(exchange: Exchange, request: CreateRequest, options: CreateOptions, custody?: Custody): Observable<Created> {
  const request$ = exchange(createOp(request.mode), request, options);
  const create$ = custody === undefined ? request$ : custody.follow(request$);
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

function protectedCreate({ exchange, sessionId, scheduler }: Creating, plain: CreateRequest, options: CreateOptions, custody: Custody): Observable<Created> {
  return defer(() => {
    createOp(plain.mode).check?.(plain); // before its path is taken apart
    const parent = parentOf(plain.path);
    const mark = `_c_${randomUUID()}-`;
    const request = { ...plain, path: joinPath(parent, mark + nameOf(plain.path)) };
    const create$: Observable<Created> = (options.parents === true ? withParents(exchange, request, options, custody) : custody.follow(exchange(createOp(request.mode), request, options))).pipe(
      catchError((error: unknown) => (isCoordinationError(error) && error.effect === 'unknown' && error.code !== 'ABORTED' ? sought(error) : throwError(() => error)))
    );
    /** The node, if there is one; the server that answers may not have heard of it yet. That the link is lost over the search says nothing about it: the search begins anew. */
    const found$ = freshly(exchange, exchange(getChildren, parent, options), parent, 'sync', options).pipe(
      catchError((error: unknown) => (isCoordinationError(error, 'NO_NODE') ? of([]) : throwError(() => error))),
      concatMap((names) => {
        const name = names.find((candidate) => candidate.startsWith(mark));
        return name === undefined ? of(undefined) : own(joinPath(parent, name));
      }),
      retry({ delay: (error: unknown) => (isCoordinationError(error, 'CONNECTION_LOST') ? timer(SEARCH_AGAIN, scheduler) : throwError(() => error)) })
    );
    /** The node is ours only if it is this session's: one of a session that is over is about to go. */
    const own = (path: string): Observable<Created | undefined> =>
      exchange(exists, path, options).pipe(
        concatMap((stat) => {
          if (stat === null) return of(undefined);
          return isEphemeral(request.mode) && stat.ephemeralOwner !== sessionId() ? removed(exchange, path, stat, options) : of({ path, stat });
        })
      );
    const sought = (reply: CoordinationError): Observable<Created> =>
      found$.pipe(
        catchError((error: unknown) => throwError(() => doubtful(error, reply))),
        tap((found) => found ?? custody.clear()),
        concatMap((found) => (found === undefined ? create$ : of(found)))
      );
    return create$;
  });
}

/** What a search that failed leaves to be said: that the reply was lost; or that the session was, and what was created perhaps not. */
function doubtful(error: unknown, reply: CoordinationError): unknown {
  return error instanceof SessionError ? new SessionError(error.code, error.message, 'unknown', { path: reply.path, operation: reply.operation, cause: reply }) : reply;
}

function removed(exchange: Exchange, path: string, { version }: Stat, options: CallOptions): Observable<undefined> {
  return exchange(deleteNode, { path, version }, options).pipe(
    map(() => undefined),
    catchError((error: unknown) => (isCoordinationError(error, 'NO_NODE') ? of(undefined) : throwError(() => error)))
  );
}
