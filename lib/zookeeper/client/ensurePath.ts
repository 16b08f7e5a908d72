import { type Observable, catchError, concatMap, defer, map, of, retry, throwError, timer } from 'rxjs';
import { isCoordinationError, withEffect } from '../../core/errors.js';
import { exists } from '../protocol/ops/exists.js';
import type { CallOptions } from '../session/exchange.js';
import type { Acl } from '../types.js';
import { freshly } from './consistentReads.js';
import { type Creating, createNode } from './createNode.js';
import { EMPTY_DATA } from './transaction.js';

/** How nodes are created that are not there. */
export interface EnsureOptions extends CallOptions {
  /** Who may do what with the node, if it is created. Default: that of `ZooKeeper.with`, or else anyone anything. */
  readonly acl?: readonly Acl[];
  /** The same of the nodes above. */
  readonly parentsAcl?: readonly Acl[];
}

/** Milliseconds before it is looked again, after a link was lost. */
const AGAIN = 100;
/** Errors name the method that was called. */
const look: typeof exists = { ...exists, name: 'ensurePath' };

/**
 * Sees to it that there is a node. What it promises is said at `ZooKeeper.ensurePath`.
 *
 * It looks before it creates: where the node is there, nothing is written, and no permission on its parent is needed.
 */
export function ensurePath(creating: Creating, path: string, options: EnsureOptions = {}): Observable<void> {
  const { exchange, root, scheduler, patient } = creating;
  const { timeout } = options;
  return defer(() => {
    const until = timeout === undefined ? undefined : scheduler.now() + timeout;
    let doubt = false; // a create was sent, and its reply is lost
    const attempt$ = defer(() => {
      const left: EnsureOptions =
        until === undefined ? options : { ...options, timeout: Math.max(1, until - scheduler.now()) };
      const there$ = exchange(look, path, left).pipe(map((stat) => stat !== null));
      const make = (at: string) =>
        createNode(creating, at, EMPTY_DATA, { ...left, parents: true }).pipe(
          map(() => undefined),
          catchError((error: unknown) =>
            isCoordinationError(error, 'NODE_EXISTS') ? of(undefined) : throwError(() => error)
          )
        );
      const below$ = make(path).pipe(
        // the node that the client lives below is missing
        catchError((error: unknown) =>
          isCoordinationError(error, 'NO_NODE') && root !== ''
            ? make('/').pipe(concatMap(() => make(path)))
            : throwError(() => error)
        )
      );
      const create$ = below$.pipe(
        catchError((error: unknown) => {
          if (!isCoordinationError(error, 'NO_AUTH')) return throwError(() => error);
          // others may have made it meanwhile who have the permission
          return freshly(exchange, there$, path, { ...left, read: 'sync' }).pipe(
            catchError(() => of(false)),
            map((there) => {
              if (!there) throw error;
            })
          );
        })
      );
      return there$.pipe(
        catchError((error: unknown) => (isCoordinationError(error, 'NO_AUTH') ? of(false) : throwError(() => error))),
        concatMap((there) => (there ? of(undefined) : create$))
      );
    });
    return attempt$.pipe(
      retry({
        delay: (error: unknown) => {
          doubt ||= isCoordinationError(error) && error.effect === 'unknown';
          return patient && mayPass(error) ? timer(AGAIN, scheduler) : throwError(() => error);
        },
      }),
      catchError((error: unknown) => {
        if (isCoordinationError(error)) (error as { operation: string }).operation = look.name;
        return throwError(() => (doubt ? withEffect(error, 'unknown') : error));
      })
    );
  });
}

/** Whether the link is at fault, over which the request went: then there will be another. */
function mayPass(error: unknown): boolean {
  return isCoordinationError(error, 'CONNECTION_LOST', 'PROTOCOL', 'MOVED');
}
