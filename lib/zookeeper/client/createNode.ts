import { randomUUID } from 'node:crypto';
import { type Observable, type SchedulerLike, catchError, concatMap, defer, map, of, retry, throwError } from 'rxjs';
import { type CoordinationError, isCoordinationError, withEffect } from '../../core/errors.js';
import { joinPath, nameOf, parentOf } from '../path.js';
import { type CreateRequest, type Created, createOp, isEphemeral, isSequential } from '../protocol/ops/createOp.js';
import { deleteNode } from '../protocol/ops/deleteNode.js';
import { exists } from '../protocol/ops/exists.js';
import { getChildren } from '../protocol/ops/getChildren.js';
import { getEphemerals } from '../protocol/ops/serverInfo.js';
import { CUSTODY, type Custody, charged } from '../session/custody.js';
import type { CallOptions, Exchange } from '../session/exchange.js';
import type { Acl, Stat } from '../types.js';
import { freshly } from './consistentReads.js';
import { EMPTY_DATA, type NodeOptions } from './transaction.js';
import { doubtful, searchAgain } from './searchAgain.js';
import { withParents } from './withParents.js';

/** The options of a create. */
export interface CreateOptions extends NodeOptions, CallOptions {
  /**
   * Also create the nodes above, where there are none (persistent), and again when they vanish meanwhile. Default
   * `false`.
   */
  readonly parents?: boolean;
  /**
   * Who may do what with the nodes above that are created. Default: that of `ZooKeeper.with`, or else anyone anything,
   * for others need them too.
   */
  readonly parentsAcl?: readonly Acl[];
  /**
   * Put a unique id into the node's name, as Curator does (`_c_<uuid>-name`), and find the node by it when the answer
   * to the create was lost: no second node is made, and none is left behind. The search goes on for as long as the
   * session lives;
   * but it ends when the list of children may not be read (for an ephemeral node, before 3.6), or takes longer than
   * `timeout`. After an abort nothing is searched. Default `false`.
   */
  readonly protect?: boolean;
  /** @internal */
  readonly [CUSTODY]?: Custody | undefined;
}

/** The parts of a client that a create needs. */
export interface Creating {
  readonly exchange: Exchange;
  /** The same without the root. */
  readonly bare: Exchange;
  readonly root: string;
  /** The server's name for a path of the client. */
  readonly full: (path: string) => string;
  /** Who may do what with a new node, by its full path, where the caller does not tell. */
  readonly aclOf: (full: string) => readonly Acl[];
  readonly sessionId: () => bigint;
  readonly scheduler: SchedulerLike;
  /** Whether requests wait for a connection while there is none. */
  readonly patient: boolean;
}

/** Creates a node. See `ZooKeeper.create`. */
export function createNode(
  creating: Creating,
  path: string,
  data: Uint8Array | null,
  options: CreateOptions = {}
): Observable<Created> {
  const { mode = 'persistent', ttl, parents = false, protect = false, [CUSTODY]: given } = options;
  const { acl = creating.aclOf(creating.full(path)) } = options;
  const request: CreateRequest = { path, data, acl, mode, ttl };
  const createHere = (custody: Custody): Observable<Created> => {
    if (parents && path === '/') return withRoot(creating, request, createOne(custody), options);
    return createOne(custody);
  };
  const createOne = (custody: Custody) => {
    if (protect) return protectedCreate(creating, request, options, custody);
    return parents
      ? withParents(creating.exchange, request, parentAcl(creating, options), options, custody)
      : custody.follow(creating.exchange(createOp(mode), request, options));
  };
  if (given !== undefined) return createHere(given);
  return protect || parents ? charged(createHere) : creating.exchange(createOp(mode), request, options);
}

/** Makes the node that the client's paths are below, and those above it. */
function withRoot(
  creating: Creating,
  { mode }: CreateRequest,
  create$: Observable<Created>,
  options: CreateOptions
): Observable<Created> {
  const { bare, root, aclOf } = creating;
  const missing = options.protect === true || isSequential(mode) ? root : parentOf(root); // these are below it
  return create$.pipe(
    catchError((error: unknown) => {
      if (!isCoordinationError(error, 'NO_NODE') || missing === '' || missing === '/') return throwError(() => error);
      return ensure(bare, missing, options.parentsAcl === undefined ? aclOf : () => options.parentsAcl!, options).pipe(
        concatMap((made) => after(made, create$))
      );
    })
  );
}

/** A request after one that `made` a node: if it fails, something has changed all the same. */
function after<T>(made: Created | undefined, request$: Observable<T>): Observable<T> {
  return made === undefined
    ? request$
    : request$.pipe(catchError((error: unknown) => throwError(() => withEffect(error, 'unknown'))));
}

/** Who may do what with the nodes above one that is created. */
function parentAcl({ aclOf, full }: Creating, { parentsAcl }: CreateOptions): (path: string) => readonly Acl[] {
  return (path) => parentsAcl ?? aclOf(full(path));
}

/** Sees to it that there is a node at `path`, and at every path above. **Emits** it if it had to be made. */
function ensure(
  exchange: Exchange,
  path: string,
  aclOf: (path: string) => readonly Acl[],
  options: CallOptions
): Observable<Created | undefined> {
  return withParents(exchange, { path, data: EMPTY_DATA, acl: aclOf(path), mode: 'persistent' }, aclOf, options).pipe(
    catchError((error: unknown) =>
      isCoordinationError(error, 'NODE_EXISTS') ? of(undefined) : throwError(() => error)
    )
  );
}

function protectedCreate(
  creating: Creating,
  plain: CreateRequest,
  options: CreateOptions,
  custody: Custody
): Observable<Created> {
  const { exchange, sessionId, scheduler } = creating;
  const attempt$: Observable<Created> = defer(() => {
    createOp(plain.mode).check?.(plain); // before its path is taken apart
    const parent = parentOf(plain.path);
    const mark = `_c_${randomUUID()}-`; // of this attempt alone: others may still watch the node of an earlier one
    const request = { ...plain, path: joinPath(parent, mark + nameOf(plain.path)) };
    const create$: Observable<Created> = (
      options.parents === true
        ? withParents(exchange, request, parentAcl(creating, options), options, custody)
        : custody.follow(exchange(createOp(request.mode), request, options))
    ).pipe(
      catchError((error: unknown) =>
        isCoordinationError(error) && error.effect === 'unknown' && error.layer !== 'server' && error.code !== 'ABORTED'
          ? sought(error)
          : throwError(() => error)
      )
    );
    const listed$ = exchange(getChildren, parent, options);
    /** The session's own nodes, where the server can list them: that needs no permission. */
    const owned$ = exchange(getEphemerals, parent, options).pipe(map((paths) => paths.map(nameOf)));
    const names$ = listed$.pipe(
      catchError((error: unknown) => {
        if (isCoordinationError(error, 'NO_NODE')) return of([]);
        return isCoordinationError(error, 'NO_AUTH') && isEphemeral(plain.mode) ? owned$ : throwError(() => error);
      })
    );
    /**
     * The node, if there is one; the server that answers may not have heard of it yet. A link that is lost over the
     * search says nothing about it: the search starts again.
     */
    const found$ = freshly(exchange, names$, parent, { ...options, read: 'sync' }).pipe(
      concatMap((names) => {
        const name = names.find((candidate) => candidate.startsWith(mark));
        return name === undefined ? of(undefined) : own(joinPath(parent, name));
      }),
      retry({ delay: (error: unknown) => searchAgain(error, scheduler) })
    );
    /** The node is ours only if it is this session's: one of a session that is over is about to go. */
    const own = (path: string): Observable<Created | undefined> =>
      exchange(exists, path, options).pipe(
        concatMap((stat) => {
          if (stat === null) return of(undefined);
          return isEphemeral(request.mode) && stat.ephemeralOwner !== sessionId()
            ? removed(exchange, path, stat, options)
            : of({ path, stat });
        })
      );
    const sought = (reply: CoordinationError): Observable<Created> =>
      found$.pipe(
        catchError((error: unknown) => throwError(() => doubtful(error, reply))),
        concatMap((found) => (found === undefined ? (custody.clear(), attempt$) : of(found)))
      );
    return create$;
  });
  return attempt$;
}

function removed(exchange: Exchange, path: string, { version }: Stat, options: CallOptions): Observable<undefined> {
  return exchange(deleteNode, { path, version }, options).pipe(
    map(() => undefined),
    catchError((error: unknown) => (isCoordinationError(error, 'NO_NODE') ? of(undefined) : throwError(() => error)))
  );
}
